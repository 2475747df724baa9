using Holdfast.Sqlite;
using Holdfast.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Holdfast.Agents.Tests;

/// <summary>An engine with agents, in a container, on a file.</summary>
sealed class Desk : IAsyncDisposable
{
    readonly ServiceProvider _provider;

    Desk(ServiceProvider provider) => _provider = provider;

    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    public IHoldfastClient Client => _provider.GetRequiredService<IHoldfastClient>();

    public IServiceProvider Services => _provider;

    public static async Task<Desk> StartAsync(Func<IStore> store, Action<HoldfastBuilder> configure, Action<HoldfastOptions>? options = null)
    {
        var services = new ServiceCollection();
        var builder = services.AddHoldfast(o =>
        {
            o.UseStore(_ => store()).UseAgents();
            options?.Invoke(o);
        });
        configure(builder);
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>()) await hosted.StartAsync(default);
        return new(provider);
    }

    /// <summary>A run's result, in good time; a run that is parked fails the test at once, with its reason.</summary>
    public async Task<T> ResultAsync<T>(RunHandle run)
    {
        var result = run.ResultAsync<T>();
        var deadline = DateTime.UtcNow + Patience;
        while (await Task.WhenAny(result, Task.Delay(20)) != result)
        {
            var info = await run.GetInfoAsync();
            Assert.True(info.Status != RunStatus.Parked, $"run {run.Id}: {info.Waiting}");
            Assert.True(DateTime.UtcNow < deadline, $"run {run.Id} is still {info.Status}: {info.Waiting}");
        }
        return await result;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var hosted in _provider.GetServices<IHostedService>()) await hosted.StopAsync(default);
        await _provider.DisposeAsync();
    }
}

/// <summary>A file of one test, in a directory that goes with it.</summary>
sealed class Files : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("holdfast-agents-").FullName;

    public string this[string name] => Path.Combine(_root, name);

    public SqliteStore Open(string name) => SqliteStore.Open(this[name]);

    /// <summary>One value out of a file, by a connection of its own.</summary>
    public async Task<object> ReadAsync(string name, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={this[name]};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (await command.ExecuteScalarAsync())!;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
