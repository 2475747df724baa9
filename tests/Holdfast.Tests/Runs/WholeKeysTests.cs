using System.Text.RegularExpressions;

namespace Holdfast.Tests.Runs;

/// <summary>Keys and names with half of a surrogate pair are refused: a store that keeps UTF-8 has one and the same character for all halves, so two keys would be one.</summary>
public sealed class WholeKeysTests
{
    public sealed class Waits : Workflow
    {
        public int Sum { get; private set; }

        public async Durable<int> Run(int number) => number + await Receive(new Signal<int>("go"));

        [Update]
        public int Add(int number) => Sum += number;
    }

    public sealed class Parent : Workflow
    {
        public async Durable<string> Run(string escaped)
        {
            try
            {
                return $"{await Child((Waits w) => w.Run(1), Regex.Unescape(escaped))}";
            }
            catch (ArgumentException error)
            {
                return $"{error.ParamName}: {error.Message}";
            }
        }
    }

    [Theory]
    [InlineData(@"k\ud800")]
    [InlineData(@"k\udc00")]
    [InlineData(@"k\udc00\ud800")]
    [InlineData(@"k\ud800\ud800\udc00")]
    public async Task Half_of_a_character_is_refused_in_keys_and_names(string escaped)
    {
        var half = Regex.Unescape(escaped);
        await using var world = await World.StartAsync([typeof(Waits), typeof(Parent)]);
        var client = world.Client;
        var run = await client.StartAsync((Waits w) => w.Run(1), "whole 😀");
        Assert.Equal(run.Id, (await client.FindAsync<Waits>("whole 😀"))!.Id);
        await RefusesAsync("key", () => client.StartAsync((Waits w) => w.Run(1), half));
        await RefusesAsync("key", () => client.StartManyAsync<Waits>([(1, half)]));
        await RefusesAsync("key", () => client.FindAsync<Waits>(half));
        await RefusesAsync("key", () => run.UpdateAsync(w => w.Add(1), half));
        await RefusesAsync("dedupKey", () => run.SignalAsync(new Signal<int>("go"), 1, half));
        await RefusesAsync("name", () => run.SignalAsync(new Signal<int>(half), 1));
        Assert.StartsWith("key: ", await world.ResultAsync<string>(await client.StartAsync((Parent w) => w.Run(escaped))), StringComparison.Ordinal);

        Assert.Equal(2, await run.UpdateAsync(w => w.Add(2), "whole 😀"));
        await run.SignalAsync(new Signal<int>("go"), 2, "whole 😀");
        Assert.Equal(3, await world.ResultAsync<int>(run));
    }

    static async Task RefusesAsync(string parameter, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(call);
        Assert.Equal(parameter, error.ParamName);
        Assert.Contains("half of a surrogate pair at character 1", error.Message, StringComparison.Ordinal);
    }

    /// <summary>They are for people, and nothing is found by them.</summary>
    [Fact]
    public async Task Reasons_are_taken_with_a_mark_in_the_place_of_a_half()
    {
        await using var world = await World.StartAsync([typeof(Waits)]);
        var run = await world.Client.StartAsync((Waits w) => w.Run(1));
        await run.CancelAsync("cut off\ud83d");
        Assert.Contains("cut off\ufffd", (await Assert.ThrowsAsync<HoldfastException>(() => run.ResultAsync())).Message, StringComparison.Ordinal);
    }
}
