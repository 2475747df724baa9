using Holdfast.Runtime;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Tests.Runs;

/// <summary>An engine in a container, as a user has it, on a store that outlives it.</summary>
sealed class World : IAsyncDisposable
{
    readonly ServiceProvider _provider;

    World(ServiceProvider provider) => _provider = provider;

    public IHoldfastClient Client => _provider.GetRequiredService<IHoldfastClient>();

    internal Engine Engine => _provider.GetRequiredService<EngineHost>().Engine;

    /// <summary>Starts an engine.</summary>
    /// <param name="workflows">What it runs.</param>
    /// <param name="store">Where its runs are; a fresh memory store by default.</param>
    /// <param name="alwaysCold">Whether frames are dropped after every turn.</param>
    /// <param name="configure">Further registrations.</param>
    /// <param name="options">Further options.</param>
    public static async Task<World> StartAsync(
        Type[] workflows, Func<IStore>? store = null, bool alwaysCold = true, Action<HoldfastBuilder>? configure = null, Action<HoldfastOptions>? options = null)
    {
        var services = new ServiceCollection();
        var builder = services.AddHoldfast(o =>
        {
            o.UseStore(_ => store?.Invoke() ?? new MemoryStore());
            o.AlwaysCold = alwaysCold;
            options?.Invoke(o);
        });
        foreach (var workflow in workflows) builder.AddWorkflow(workflow);
        configure?.Invoke(builder);
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return new(provider);
    }

    public async ValueTask DisposeAsync() => await _provider.DisposeAsync();
}
