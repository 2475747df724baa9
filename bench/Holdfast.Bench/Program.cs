using System.Globalization;
using Holdfast.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case ["seq10", .. var rest]: return await Seq10.RunAsync(Arguments.Parse(rest));
    case ["snapshot", .. var rest]: return SnapshotBench.Run(Arguments.Parse(rest));
    case ["long", .. var rest]: return await LongRun.RunAsync(Arguments.Parse(rest));
    case ["soak", .. var rest]: return await Soak.RunAsync(Arguments.Parse(rest));
    case ["parked", .. var rest]: return await ParkedRuns.RunAsync(Arguments.Parse(rest));
    case ["parked-open", .. var rest]: return await ParkedRuns.OpenAsync(Arguments.Parse(rest));
    default:
        Console.WriteLine("""
            usage: dotnet run -c Release --project bench/Holdfast.Bench -- SCENARIO [options]

            seq10      runs of 10 sequential no-op steps with 100-byte results, on SQLite with every commit fsynced
                       --in-flight N (128)   runs at the same time
                       --seconds S (10)      how long is measured, after --warmup S (2)
                       --allocations         also print which types are allocated, sampled; costs speed
            snapshot   encode and decode 3 frames with 20 locals, in memory
                       --seconds S (5)
            long       one run of many sequential steps: cost per step and snapshot size, early and late
                       --steps N (1000000)
            soak       the load of seq10 for a long time, with ended runs removed after seconds: fails if the file goes on growing
                       --minutes M (20), --in-flight N (128)
            parked     many runs that wait: bytes on the disk, memory, time to be ready; fails beyond 1 KB, 100 MiB, 2 s
                       --runs N (1000000)

            --db PATH  the file (a fresh one in the temporary folder, removed at the end)
            --json     one JSON line last
            """);
        return args is ["--help" or "-h"] ? 0 : 2;
}
