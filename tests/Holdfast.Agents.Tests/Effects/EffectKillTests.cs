using System.Text.Json;
using Outside = Holdfast.Agents.Tests.CarryProcess.Outside;

namespace Holdfast.Agents.Tests;

/// <summary>Processes that are killed by the system in the middle of a call: one after the other, each at a place of its own.</summary>
public sealed class EffectKillTests : IDisposable
{
    readonly Files _files = new();

    public void Dispose() => _files.Dispose();

    string Book => _files["book"];

    string[] Paid => File.Exists(Book) ? File.ReadAllLines(Book) : [];

    async Task KillAsync(string tool, string place)
    {
        using var process = CarryProcess.Start(_files["runs.db"], Book, tool, place);
        var said = await process.StandardOutput.ReadLineAsync().WaitAsync(Desk.Patience);
        process.Kill();
        await process.WaitForExitAsync();
        Assert.True(said == CarryProcess.Here, $"It was to stop {place}, and said: {said}");
    }

    async Task<CarryProcess.Came> EndAsync(string tool)
    {
        using var process = CarryProcess.Start(_files["runs.db"], Book, tool, "");
        var said = await process.StandardOutput.ReadLineAsync().WaitAsync(Desk.Patience);
        await process.WaitForExitAsync();
        return JsonSerializer.Deserialize<CarryProcess.Came>(said!)!;
    }

    [Theory]
    [InlineData("transfer_by_key", EffectStatus.Failed, Outside.Before)]
    [InlineData("transfer_by_key", EffectStatus.Failed, Outside.Before, Outside.Rules)]
    [InlineData("transfer_by_key", EffectStatus.Succeeded, Outside.After)]
    [InlineData("transfer_by_key", EffectStatus.Succeeded, Outside.After, Outside.Rules)]
    [InlineData("transfer_by_key", EffectStatus.Succeeded, Outside.Settles)]
    [InlineData("transfer_once", EffectStatus.Succeeded, Outside.Settles)]
    [InlineData("transfer_once", EffectStatus.Succeeded, Outside.Settles, Outside.Rules)]
    public async Task Wherever_it_is_killed_the_call_is_made_once_and_nothing_of_it_stays_reserved(string tool, EffectStatus status, params string[] places)
    {
        foreach (var place in places) await KillAsync(tool, place);
        var came = await EndAsync(tool);
        Assert.Equal((status, status == EffectStatus.Succeeded ? 1 : 0), (came.Status, Paid.Length));
        Assert.Equal((0m, 0L, TimeSpan.Zero), (came.Reserved.Money, came.Reserved.Calls, came.Reserved.Time));
        Assert.Equal((status == EffectStatus.Succeeded ? 60m : 0m, 1L), (came.Spent.Money, came.Spent.Calls));
    }

    [Fact]
    public async Task The_world_is_asked_when_what_was_sent_can_no_longer_come_also_if_the_process_that_waits_is_killed()
    {
        const string Tool = "transfer_by_asking";
        await KillAsync(Tool, Outside.Before);
        await KillAsync(Tool, Outside.Waits);
        Assert.False(File.Exists($"{Book}.asked"));
        // What the first one had sent arrives.
        await File.AppendAllTextAsync(Book, await KeyAsync() + "\n");
        var came = await EndAsync(Tool);
        Assert.Equal((EffectStatus.Succeeded, 1), (came.Status, Paid.Length));
        Assert.Single(await File.ReadAllLinesAsync($"{Book}.asked"));
        Assert.Equal((0m, 0L, TimeSpan.Zero, 60m), (came.Reserved.Money, came.Reserved.Calls, came.Reserved.Time, came.Spent.Money));
    }

    async Task<string> KeyAsync() => (string)await _files.ReadAsync("runs.db", "SELECT key FROM agents_call");
}
