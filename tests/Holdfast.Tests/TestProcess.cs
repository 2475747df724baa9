using Holdfast.Sqlite;
using Holdfast.Storage;
using Holdfast.Tests.Faults;

namespace Holdfast.Tests;

/// <summary>What the test assembly does when it is started as a program: the part of another process in a test.</summary>
static class TestProcess
{
    /// <summary>Opens the store at the given path, adds a run, prints "open", and holds it until it is killed or its input ends.</summary>
    public const string HoldStore = "hold-store";

    /// <summary>Opens the store at the first path, backs it up to the second, and in the middle of that prints "copying" and hangs.</summary>
    public const string HangInBackup = "hang-in-backup";

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
        if (arguments is [HangInBackup, var source, var target])
        {
            await HangInBackupAsync(source, target);
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

    static async Task HangInBackupAsync(string source, string target)
    {
        var writes = 0;
        using var disk = new FaultyVfs
        {
            Hook = (in VfsCall call) =>
            {
                if (call.Operation != VfsOperation.Write || !call.Path.EndsWith(".partial", StringComparison.Ordinal) || ++writes < 3) return VfsAnswer.Pass;
                Console.Out.WriteLine("copying");
                Thread.Sleep(Timeout.Infinite);
                return VfsAnswer.Pass;
            },
        };
        await using var store = SqliteStore.Open(source, new() { ReserveBytes = 0, FileSystem = disk.Name });
        await store.BackupAsync(target, default);
    }
}
