using System.Text.Json;

namespace Holdfast.Bench;

/// <summary>Every figure, one scenario after the other, each in a process of its own: none is measured with the memory and the compiled code that another one left.</summary>
static class Everything
{
    static readonly string[] Short =
    [
        "seq10 --in-flight 1,16,128,1000 --seconds 5", "fan100 --in-flight 1,16 --seconds 5", "tail --minutes 1", "growth --seconds 1", "signal --runs 2000 --in-flight 1,128",
        "resume --steps 10,1000,10000 --runs 3", "crash --seconds 5", "sleepers --runs 10000", "parked --runs 50000", "long --steps 20000", "snapshot --seconds 2", "gate --seconds 2", "agents --turns 200",
    ];

    static readonly string[] Full =
    [
        "seq10 --in-flight 1,16,128,1000 --seconds 10", "fan100 --in-flight 1,16,128 --seconds 10", "tail --minutes 10", "growth --seconds 5", "signal --runs 10000 --in-flight 1,16,128",
        "resume --steps 10,1000,10000,100000,1000000 --runs 5", "crash --seconds 10", "sleepers --runs 10000", "sleepers --runs 1000000", "parked --runs 1000000", "long --steps 1000000", "snapshot --seconds 5", "gate --seconds 5", "agents",
    ];

    public static Task<Measured> RunAsync(Arguments arguments)
    {
        var commands = arguments.Has("--full") ? Full : Short;
        Console.WriteLine($"all: {commands.Length} measurements, each in a process of its own and on a fresh file; {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC");
        Machine.Print(Path.GetTempPath());
        var figures = new List<object>();
        var failed = new List<string>();
        foreach (var command in commands)
        {
            Console.WriteLine();
            Console.WriteLine($"---- {command}");
            using var part = new PartProcess([.. command.Split(' '), "--json", "--bare"]);
            while (part.TryReadLine() is { } line)
            {
                if (line.StartsWith('{')) figures.Add(JsonSerializer.Deserialize<JsonElement>(line));
                else Console.WriteLine(line);
            }
            if (part.WaitForCode() is not 0 and var code) failed.Add($"{command} (code {code})");
        }
        Console.WriteLine();
        Console.WriteLine(failed.Count == 0 ? "all of them passed their own checks" : $"FAILED: {string.Join("; ", failed)}");
        return Task.FromResult(new Measured(failed.Count == 0, figures));
    }
}
