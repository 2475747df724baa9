using Guide;
using Holdfast.Testing;

namespace Holdfast.Tests.Testing;

/// <summary>The tests that the guide shows do what it says of them.</summary>
public sealed class GuideTests
{
    [Fact]
    public Task The_test_on_virtual_time_passes() => RefundTests.CustomersAreAskedThirtyDaysLater();

    [Fact]
    public async Task The_bug_is_found_with_its_variable()
    {
        var found = await Assert.ThrowsAsync<DivergenceException>(RefundTests.NobodyIsPaidTwiceWhereverTheProcessDies);
        var guide = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "guide.md"));
        // The message as the guide prints it, but for the line, which moves.
        foreach (var line in found.Message.Split('\n').Select(static l => System.Text.RegularExpressions.Regex.Replace(l.Trim(), @"Testing\.cs:\d+", "Testing.cs:62")))
            Assert.True(guide.Contains(line, StringComparison.Ordinal), $"The guide does not have '{line}' of:\n{found.Message}");
    }
}
