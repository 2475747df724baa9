namespace Holdfast.Analyzers.Tests;

public sealed class WorkflowNameTests
{
    static string Named(string attribute) => $$"""
        {{attribute}}
        sealed class Trial : Workflow
        {
            public async Durable Run() => await Delay(TimeSpan.Zero);
        }
        """;

    [Theory]
    [InlineData("[Workflow([|\"\"|])]", "The workflow 'Trial' has no name")]
    [InlineData("[Workflow([|\" \\t\"|])]", "The workflow 'Trial' has no name")]
    [InlineData("[Workflow([|null!|])]", "The workflow 'Trial' has no name")]
    [InlineData("[Workflow(\"trial\", Version = [|0|])]", "The workflow 'Trial' has version 0")]
    [InlineData("[Workflow(\"trial\", Version = [|-1|])]", "The workflow 'Trial' has version -1")]
    public async Task What_registration_refuses_the_compiler_does_too(string attribute, string part)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD012", Named(attribute)));
        Assert.StartsWith(part, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[Workflow(\"trial\")]")]
    [InlineData("[Workflow(\"trial\", Version = 1)]")]
    [InlineData("[Workflow(nameof(Trial), Version = int.MaxValue)]")]
    public Task A_name_and_a_version_from_one_are_fine(string attribute) => Analysis.Silent(Named(attribute));
}
