using Holdfast;
using Holdfast.Testing;
using Microsoft.Extensions.DependencyInjection;

/// <summary>Two workflows, one with a bug, and the crash test of each.</summary>
public static class Payday
{
    public static Task TheRightOneStands() => CrashTest.CrashEverywhereAsync(
        (Right w) => w.Run(3), new CrashPlan<object, int> { World = () => new(), Configure = (builder, _) => builder.AddWorkflow<Right>() });

    public static Task TheWrongOneStandsToo() => CrashTest.CrashEverywhereAsync(
        (Wrong w) => w.Run(3),
        new CrashPlan<object, int>
        {
            World = () => new(),
            Configure = (builder, _) =>
            {
                builder.Services.AddSingleton<Total>();
                builder.AddWorkflow<Wrong>();
            },
        });
}

public sealed class Right : Workflow
{
    public async Durable<int> Run(int days)
    {
        var paid = 0;
        for (var day = 1; day <= days; day++)
        {
            paid += await Step(() => Task.FromResult(100));
            await Delay(TimeSpan.FromDays(1));
        }
        return paid;
    }
}

/// <summary>The total of a service, which dies with its process.</summary>
public sealed class Total
{
    public int Paid { get; set; }
}

public sealed class Wrong(Total total) : Workflow
{
    public async Durable<int> Run(int days)
    {
        for (var day = 1; day <= days; day++)
        {
            total.Paid += await Step(() => Task.FromResult(100));
            var paid = total.Paid;
            await Delay(TimeSpan.FromDays(1));
            if (paid > 1_000) break;
        }
        return total.Paid;
    }
}
