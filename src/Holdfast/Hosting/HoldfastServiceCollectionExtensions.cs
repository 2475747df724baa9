using Holdfast.Client;
using Holdfast.Hosting;
using Holdfast.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast;

/// <summary>Adds Holdfast to a container.</summary>
public static class HoldfastServiceCollectionExtensions
{
    /// <summary>
    /// Adds the engine, which starts and stops with the host, and <see cref="IHoldfastClient"/>. Register workflows on what it returns.
    /// </summary>
    /// <param name="services">The container.</param>
    /// <param name="configure">Chooses the store, and anything else that is to differ from its default.</param>
    /// <exception cref="InvalidOperationException">It was called on this container before. Modules share one engine: pass the <see cref="HoldfastBuilder"/> on to each.</exception>
    public static HoldfastBuilder AddHoldfast(this IServiceCollection services, Action<HoldfastOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        // The last registration would be the one that counts, and the workflows of the first would be gone without a word.
        if (services.Any(static service => service.ServiceType == typeof(EngineHost)))
            throw new InvalidOperationException(
                "AddHoldfast was called on this container before, and a container has one engine. Pass the HoldfastBuilder that the first call returned on to whoever registers workflows too, and set all options in that call.");
        var options = new HoldfastOptions();
        configure(options);
        var builder = new HoldfastBuilder(services);
        // For what is made in the container and names handlers.
        services.AddSingleton(builder);
        services.AddSingleton(provider => new EngineHost(provider, options, builder));
        services.AddSingleton<IHostedService>(static provider => provider.GetRequiredService<EngineHost>());
        services.AddSingleton<IHoldfastClient>(static provider => provider.GetRequiredService<EngineHost>().Client);
        return builder;
    }
}

/// <summary>Registers what an engine runs.</summary>
public sealed class HoldfastBuilder
{
    internal HoldfastBuilder(IServiceCollection services) => Services = services;

    /// <summary>The container.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The names of the handlers that are registered with <see cref="AddStep{TArgument, TResult}(string, Func{TArgument, StepContext, Task{TResult}})"/>, for what names one and wants to know at the start whether it is there.</summary>
    public IReadOnlyCollection<string> Steps => Handlers.Keys;

    internal List<WorkflowType> Workflows { get; } = [];

    internal Dictionary<string, CallHandler> Handlers { get; } = new(StringComparer.Ordinal);

    /// <summary>Registers a workflow. Its assembly's types may then be kept by runs.</summary>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.InvalidWorkflow"/>: its shape, constructor or code is not durable; the message says what.</exception>
    public HoldfastBuilder AddWorkflow<TWorkflow>() where TWorkflow : Workflow => AddWorkflow(typeof(TWorkflow));

    /// <inheritdoc cref="AddWorkflow{TWorkflow}"/>
    public HoldfastBuilder AddWorkflow(Type workflow)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        if (!typeof(Workflow).IsAssignableFrom(workflow)) throw new ArgumentException($"{workflow} does not derive from Workflow.", nameof(workflow));
        Workflows.Add(new(workflow));
        return this;
    }

    /// <summary>Registers where the values of <see cref="Secret{T}"/> of one type come from.</summary>
    /// <param name="source">Gives the value of a name, from a vault or from the configuration. Asked each time a step reveals it; its exceptions fail the attempt.</param>
    /// <exception cref="HoldfastException"><see cref="HoldfastError.SecretUnguarded"/>: there can be neither a text nor bytes in a <typeparamref name="T"/>.</exception>
    public HoldfastBuilder AddSecrets<T>(Func<IServiceProvider, string, CancellationToken, Task<T>> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!SecretParts.CanBeIn<T>())
            throw new HoldfastException(HoldfastError.SecretUnguarded, $"Secrets cannot be of type {typeof(T)}: only texts and bytes are found again in what a step gives back. Give it as a text.");
        Services.AddSingleton(new SecretSource<T>(source));
        return this;
    }

    /// <summary>Registers a handler that workflows run with <c>Call</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="handler">What it does. Its exceptions reach the workflow as <see cref="StepFailedException"/>, wherever it runs.</param>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public HoldfastBuilder AddStep<TArgument, TResult>(string name, Func<TArgument, StepContext, Task<TResult>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return AddStep<TArgument, TResult>(name, (_, argument, context) => handler(argument, context));
    }

    /// <inheritdoc cref="AddStep{TArgument, TResult}(string, Func{TArgument, StepContext, Task{TResult}})"/>
    public HoldfastBuilder AddStep<TArgument, TResult>(string name, Func<IServiceProvider, TArgument, StepContext, Task<TResult>> handler)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(handler);
        if (!Handlers.TryAdd(name, new CallHandler<TArgument, TResult>(name, handler))) throw new ArgumentException($"A step named '{name}' is registered already.", nameof(name));
        return this;
    }
}

/// <summary>Starts and stops the engine with the host.</summary>
sealed class EngineHost : IHostedService, IAsyncDisposable
{
    readonly Lazy<Engine> _engine;

    public EngineHost(IServiceProvider provider, HoldfastOptions options, HoldfastBuilder builder)
    {
        (Options, Builder) = (options, builder);
        _engine = new(() => new(
            provider, options, new WorkflowRegistry(builder.Workflows), builder.Handlers,
            provider.GetService<ILoggerFactory>()?.CreateLogger("Holdfast") ?? NullLogger.Instance,
            options.AlwaysCold ?? Surroundings.AreForDevelopment(provider),
            // A store that cannot be trusted any more ends the host, so that whatever watches over it starts it anew.
            _ => provider.GetService<IHostApplicationLifetime>()?.StopApplication()));
    }

    public HoldfastOptions Options { get; }

    public HoldfastBuilder Builder { get; }

    public Engine Engine => _engine.Value;

    public HoldfastClient Client => field ??= new(Engine);

    public Task StartAsync(CancellationToken cancellationToken) => Engine.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Engine.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_engine.IsValueCreated) await Engine.DisposeAsync().ConfigureAwait(false);
    }
}

/// <summary>Where the process runs.</summary>
static class Surroundings
{
    static readonly string[] TestHosts = ["testhost", "vstest", "xunit", "nunit", "ReSharperTestRunner", "Microsoft.Testing.Platform"];

    /// <summary>Whether this is a developer's desk or a test: the environment is Development, or a test runner is the program.</summary>
    public static bool AreForDevelopment(IServiceProvider provider)
    {
        if (provider.GetService<IHostEnvironment>() is { } environment && environment.IsDevelopment()) return true;
        var name = Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT");
        if (string.Equals(name, "Development", StringComparison.OrdinalIgnoreCase)) return true;
        var program = System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name ?? "";
        return Array.Exists(TestHosts, host => program.Contains(host, StringComparison.OrdinalIgnoreCase));
    }
}
