using System.Globalization;
using Holdfast.Torture.Corpus;
using Holdfast.Torture.Sweeping;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    switch (args)
    {
        case ["sweep", .. var rest]: return await Sweep.RunAsync(SweepOptions.Parse(rest));
        case [Round.Verb, var plan, .. var rest]:
            // Decided at the first use of a frame, so before anything else.
            if (rest is [Round.Reflection]) Round.UseReflection();
            return await Round.RunAsync(plan);
        case ["list"]:
            foreach (var one in CorpusCases.All) Console.WriteLine(one.Name);
            return 0;
        default:
            Console.WriteLine("""
                usage: dotnet run -c Release --project tests/Holdfast.Torture -- COMMAND [options]

                sweep   runs every workflow of the corpus straight, restored in-process at every await, and restored in a fresh process at every
                        await, and compares what they hear and how they end
                        --seconds S       start fresh processes for so long; the awaits that are left then are made in one
                        --processes N     how many fresh processes a workflow gets at most, spread over its awaits (100)
                        --filter TEXT     only workflows whose name contains the text
                        --reflection      reach fields by reflection, as where no code can be generated
                        --json            one JSON line last
                list    the names of the workflows

                Exit code: 0 when all agree, 1 when one does not, 2 when the options make no sense.
                """);
            return args is ["--help" or "-h"] ? 0 : 2;
    }
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
