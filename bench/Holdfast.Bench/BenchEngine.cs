using Holdfast.Hosting;
using Holdfast.Runtime;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Bench;

/// <summary>An engine on an SQLite file with production settings: live frames, every commit fsynced, and the syncs of the log counted.</summary>
sealed class BenchEngine : IAsyncDisposable
{
    readonly ServiceProvider _provider;
    readonly string _directory;

    BenchEngine(ServiceProvider provider, string directory, string database) => (_provider, _directory, Database) = (provider, directory, database);

    public string Database { get; }

    public IHoldfastClient Client => _provider.GetRequiredService<IHoldfastClient>();

    public Engine Engine => _provider.GetRequiredService<EngineHost>().Engine;

    public IStore Store => Engine.Store;

    public static Task<BenchEngine> StartAsync(string? path, params Type[] workflows) => StartAsync(path, null, workflows);

    public static Task<BenchEngine> StartAsync(string? path, Action<HoldfastOptions>? options, params Type[] workflows) => StartAsync(path, options, builder =>
    {
        foreach (var workflow in workflows) builder.AddWorkflow(workflow);
    });

    public static async Task<BenchEngine> StartAsync(string? path, Action<HoldfastOptions>? options, Action<HoldfastBuilder> configure)
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-bench-").FullName;
        var database = path ?? Path.Combine(directory, "bench.db");
        var services = new ServiceCollection();
        services.AddSingleton<Microsoft.Extensions.Logging.ILoggerFactory, ErrorLog>();
        var builder = services.AddHoldfast(o =>
        {
            o.UseSqlite(database, new SqliteStoreOptions { FileSystem = LogSyncs.FileSystem });
            o.AlwaysCold = false;
            options?.Invoke(o);
        });
        configure(builder);
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return new(provider, directory, database);
    }

    /// <summary>Waits until nothing is under way: every run waits for something from outside, and nothing is left to be committed.</summary>
    public async Task RestAsync(string what, int runs)
    {
        for (var round = 0; (await Store.ScanOwedAsync(default, 1, default)).Count > 0 || !Engine.IsAtRest(static (_, _) => true); round++)
        {
            if (round % 20 == 0) Progress.Show($"{what}: waiting until all {runs:N0} of them wait");
            await Task.Delay(50);
        }
        Progress.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _provider.GetServices<IHostedService>()) await hosted.StopAsync(default);
        await _provider.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
