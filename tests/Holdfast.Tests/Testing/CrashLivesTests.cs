using Holdfast.Sqlite;
using Holdfast.Testing;

namespace Holdfast.Tests.Testing;

/// <summary>Every life of a crash test begins with nothing, hears the same, and is compared by all that it gives.</summary>
public sealed class CrashLivesTests
{
    public sealed class Leaf : Workflow
    {
        public async Durable<string> Run(int number)
        {
            await Delay(TimeSpan.FromDays(1));
            return await Step(step => Task.FromResult($"{number} {step.IdempotencyKey}"));
        }
    }

    /// <summary>Gives what its children tell of themselves, their ids too.</summary>
    public sealed class Tree : Workflow
    {
        public async Durable<string> Run()
        {
            var first = await Child((Leaf w) => w.Run(1));
            var beside = await Durable.WhenAll([Child((Leaf w) => w.Run(2)), Child((Leaf w) => w.Run(3))]);
            return $"{first}, {string.Join(", ", beside)}";
        }
    }

    public sealed class Sum
    {
        public int Of { get; set; }
    }

    /// <summary>Gives what it kept in the process, where only fields tell of it.</summary>
    public sealed class Paired(Sum sum) : Workflow
    {
        public async Durable<(int Before, int After)> Run()
        {
            sum.Of += 1;
            await Delay(TimeSpan.FromDays(1));
            sum.Of += 1;
            return (1, sum.Of);
        }
    }

    [Fact]
    public async Task Children_of_the_first_turn_have_ids_of_their_own_and_the_same_in_every_life()
    {
        var report = await CrashTest.CrashEverywhereAsync((Tree w) => w.Run(), static builder => builder.AddWorkflow<Tree>().AddWorkflow<Leaf>());
        Assert.Equal(2 * report.Commits, report.Kills);
    }

    [Fact]
    public async Task Results_are_compared_with_their_fields()
    {
        var found = await Assert.ThrowsAsync<DivergenceException>(() => CrashTest.CrashEverywhereAsync((Paired w) => w.Run(), static builder =>
        {
            Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<Sum>(builder.Services);
            builder.AddWorkflow<Paired>();
        }));
        Assert.Contains("straight:   {\"item1\":1,\"item2\":2}", found.Message, StringComparison.Ordinal);
    }

    static CrashPlan<string, string> InFiles(Func<string> world, Func<string> file) => new()
    {
        World = world,
        Configure = static (builder, _) => builder.AddWorkflow<Leaf>(),
        Options = options => options.UseSqlite(file()),
    };

    [Fact]
    public async Task A_store_that_has_the_run_already_is_refused_and_a_file_for_each_life_is_not()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-lives-");
        try
        {
            var lives = 0;
            string File() => Path.Combine(directory.FullName, $"{lives}.db");
            var error = await Assert.ThrowsAsync<HoldfastException>(() => CrashTest.CrashEverywhereAsync((Leaf w) => w.Run(1), InFiles(static () => "", File)));
            Assert.Equal(HoldfastError.Misuse, error.Error);
            Assert.Contains("each life of a crash test needs a store of its own", error.Message, StringComparison.Ordinal);
            var report = await CrashTest.CrashEverywhereAsync((Leaf w) => w.Run(1), InFiles(() => $"{++lives}", File));
            Assert.Equal(report.Kills + 2, lives);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
