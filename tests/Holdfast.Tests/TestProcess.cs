using Holdfast.Sqlite;
using Holdfast.Storage;

namespace Holdfast.Tests;

/// <summary>What the test assembly does when it is started as a program: the part of another process in a test.</summary>
static class TestProcess
{
    /// <summary>Opens the store at the given path, adds a run, prints "open", and holds it until it is killed or its input ends.</summary>
    public const string HoldStore = "hold-store";

    /// <summary>Works with fields by reflection, and tells what comes of it.</summary>
    public const string Reflect = "reflect";

    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is [Reflect])
        {
            // Before anything looks at it.
            AppContext.SetSwitch(Holdfast.Frames.Graph.CodeGeneration.Switch, true);
            await Runs.ReflectionTests.TellAsync(Console.Out);
            return 0;
        }
        if (arguments is not [HoldStore, var path])
        {
            await Console.Error.WriteLineAsync("This is a test assembly. Run it with 'dotnet test'.");
            return 1;
        }
        await using var store = SqliteStore.Open(path, new() { ReserveBytes = 0 });
        await store.AcquireAsync("holder", default);
        var run = new NewRun { Id = RunId.Create(DateTimeOffset.UtcNow, Random.Shared), Workflow = "held", Version = 1, CreatedUtc = DateTimeOffset.UtcNow, State = new byte[1] };
        await store.AppendAsync([new CreateRun(run)], new WriteResult[1]);
        await Console.Out.WriteLineAsync("open");
        await Console.In.ReadToEndAsync();
        return 0;
    }
}
