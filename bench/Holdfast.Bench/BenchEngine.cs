using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Bench;

/// <summary>An engine on an SQLite file with production settings: live frames, every commit fsynced.</summary>
sealed class BenchEngine : IAsyncDisposable
{
    readonly ServiceProvider _provider;
    readonly string _directory;

    BenchEngine(ServiceProvider provider, string directory, string database) => (_provider, _directory, Database) = (provider, directory, database);

    public string Database { get; }

    public IHoldfastClient Client => _provider.GetRequiredService<IHoldfastClient>();

    public IStore Store => _provider.GetRequiredService<EngineHost>().Engine.Store;

    public static Task<BenchEngine> StartAsync(string? path, params Type[] workflows) => StartAsync(path, null, workflows);

    public static async Task<BenchEngine> StartAsync(string? path, Action<HoldfastOptions>? options, params Type[] workflows)
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
        var database = path ?? Path.Combine(directory, "bench.db");
        var services = new ServiceCollection();
        services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory, ErrorLog>();
        var builder = services.AddHoldfast(o =>
        {
            o.UseSqlite(database);
            o.AlwaysCold = false;
            options?.Invoke(o);
        });
        foreach (var workflow in workflows) builder.AddWorkflow(workflow);
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return new(provider, directory, database);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _provider.GetServices<IHostedService>()) await hosted.StopAsync(default);
        await _provider.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
