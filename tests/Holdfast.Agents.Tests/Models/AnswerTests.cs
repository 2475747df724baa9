using System.ComponentModel.DataAnnotations;

namespace Holdfast.Agents.Tests;

/// <summary>A record that was asked for is a record that fits, or an error.</summary>
public sealed class AnswerTests
{
    static readonly ModelRequest Request = new("Assess.", [new UserMessage("Row 7.")], options: new() { OutputTokensMax = 500 });

    public sealed record Assessment([RegularExpression("C-[0-9]+")] string Claim, [Range(0, 1000)] decimal Amount);

    public sealed record Picky(int Count)
    {
        public int Count { get; init; } = Count < 3 ? Count : throw new InvalidOperationException("canary");
    }

    [Fact]
    public async Task An_answer_that_fits_is_a_record()
    {
        var model = new ScriptedModel(ScriptedReply.Say(" {\"claim\":\"C-7\",\"amount\":12.50}\n"));
        var answer = await new Model("m", model).AskAsync<Assessment>(Request);
        Assert.Equal(new("C-7", 12.50m), answer.Value);
        Assert.Equal(new(10, 5, 0), answer.Usage);
    }

    [Fact]
    public async Task What_does_not_fit_goes_back_with_what_is_wrong_and_the_cost_of_all_answers_counts()
    {
        var model = new ScriptedModel(
            ScriptedReply.Say("Here it is: {\"claim\":\"C-7\"}"),
            ScriptedReply.Say("{\"claim\":\"canary\",\"amount\":2000,\"more\":1}").When("it is told that it was no JSON", static call => call.LastText.StartsWith("Note:\nThe answer is not JSON that can be read: at byte 0", StringComparison.Ordinal)),
            ScriptedReply.Say("{\"claim\":\"C-7\",\"amount\":20}"));
        var answer = await new Model("m", model).AskAsync<Assessment>(Request, repairs: 2);
        Assert.Equal(new("C-7", 20), answer.Value);
        Assert.Equal((3, new Usage(30, 15, 0)), (answer.Replies.Count, answer.Usage));
        var told = model.Calls[2].LastText;
        Assert.Contains("- /claim must", told, StringComparison.Ordinal);
        Assert.Contains("- /amount must", told, StringComparison.Ordinal);
        Assert.Contains("- /more ", told, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", told, StringComparison.Ordinal);
        model.ExpectDone();
    }

    [Fact]
    public async Task Repairs_have_an_end()
    {
        var model = new ScriptedModel(static _ => ScriptedReply.Say("[]"));
        var thrown = await Assert.ThrowsAsync<ModelException>(() => new Model("m", model).AskAsync<Assessment>(Request, repairs: 2));
        Assert.Equal((ModelErrorKind.WrongAnswer, false, 3, 3), (thrown.Kind, thrown.IsTransient, thrown.Replies.Count, thrown.Attempts.Count));
        Assert.Equal(3, model.Calls.Count);
    }

    [Theory]
    [InlineData("{\"count\":1}", FinishReason.Length, "cut off")]
    [InlineData("{\"count\":5}", FinishReason.Stop, "threw InvalidOperationException")]
    [InlineData("", FinishReason.Filtered, "at byte 0")]
    [InlineData("{\"count\":1,\"count\":2}", FinishReason.Stop, "twice")]
    public async Task What_only_looks_like_an_answer_is_none(string text, FinishReason reason, string why)
    {
        var thrown = await Assert.ThrowsAsync<ModelException>(() => new Model("m", new ScriptedModel(ScriptedReply.Say(text) with { FinishReason = reason })).AskAsync<Picky>(Request, repairs: 0));
        Assert.Contains(why, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", thrown.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Misuse_is_told_before_anything_is_asked()
    {
        var model = new Model("m", new ScriptedModel());
        await Assert.ThrowsAsync<ArgumentException>(() => model.AskAsync<Assessment>(new("", [], [Payments.Pay])));
        await Assert.ThrowsAsync<ArgumentException>(() => model.AskAsync<object>(Request));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => model.AskAsync<Assessment>(Request, repairs: -1));
    }
}
