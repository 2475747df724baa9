namespace Holdfast.Analyzers.Tests;

/// <summary>What is called between two turns of a run: its shape, and what its code may do.</summary>
public sealed class MemberShapeTests
{
    static string With(string members) => $$"""
        sealed class Trial(IMail mail) : Workflow
        {
            static int s_count;
            int _count;
            void Use(IMail other) => other.Log(mail.ToString()!);
            public async Durable Run() { await Delay(TimeSpan.Zero); _count++; }
            {{members}}
        }
        """;

    [Theory]
    [InlineData("[Update] public async Task [|Raise|]() => await Task.FromResult(_count++);", "The update 'Raise' awaits")]
    [InlineData("[Update] public async void [|Raise|]() => _count += await Task.FromResult(1);", "The update 'Raise' awaits")]
    [InlineData("[Update] public Task [|Raise|]() => Task.CompletedTask;", "The update 'Raise' awaits")]
    [InlineData("[Update] public async Durable [|Raise|]() => await Delay(TimeSpan.Zero);", "The update 'Raise' awaits")]
    [InlineData("[Query] public ValueTask<int> [|Count|] => new(_count);", "The query 'Count' awaits")]
    [InlineData("[Query] public IAsyncEnumerable<int> [|Count|]() => throw new NotSupportedException();", "The query 'Count' awaits")]
    [InlineData("[Update] public void [|Raise|]<T>(T by) => _count++;", "The update 'Raise' has type parameters")]
    [InlineData("[Update] public void [|Raise|](ref int by) => by = _count++;", "The update 'Raise' takes or gives something by reference")]
    [InlineData("[Update] public void [|Raise|](ReadOnlySpan<char> by) => _count += by.Length;", "The update 'Raise' takes or gives something by reference")]
    [InlineData("[Query] public ref int [|Count|]() => ref _count;", "The query 'Count' takes or gives something by reference")]
    [InlineData("[Query] public void [|Count|]() { }", "The query 'Count' gives no answer")]
    [InlineData("[Query] public int [|Count|] { set => _count = value; }", "The query 'Count' is no property that can be read")]
    [InlineData("[Query] public static int [|Count|]() => 1;", "The query 'Count' is static")]
    [InlineData("[Query, Update] public int [|Count|]() => _count;", "The update 'Count' is marked as a query too")]
    [InlineData("[Query] public int Count() => _count; [Query] public int [|Count|](int from) => _count - from;", "The query 'Count' is not the only query of its name")]
    public async Task What_registration_refuses_the_compiler_does_too(string members, string part)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD016", With(members)));
        Assert.StartsWith(part, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HOLD006", "[Update] public void Raise() { [|Console.WriteLine(_count++)|]; }", "but the update 'Raise' does it outside a step: after a crash before its commit the update runs again, and does it again. Change only the run's fields here")]
    [InlineData("HOLD006", "[Update] public void Raise() => [|mail.Send(\"a\")|];", "starts work")]
    [InlineData("HOLD005", "[Update] public void Raise() => [|mail.Send(\"a\").Wait()|];", "blocks the thread of the update 'Raise'")]
    [InlineData("HOLD005", "[Query] public int Count { get { [|Thread.Sleep(1)|]; return _count; } }", "blocks the thread of the query 'Count'")]
    [InlineData("HOLD005", "[Query] public int Count() => [|Task.FromResult(_count).Result|];", "blocks the thread of the query 'Count'")]
    [InlineData("HOLD007", "[Update] public int Raise() => _count += [|s_count|]++;", "the update 'Raise' changes it")]
    [InlineData("HOLD011", "[Update] public void Raise() => [|Delay(TimeSpan.Zero)|];", "the update 'Raise' is called between two of them")]
    [InlineData("HOLD011", "[Query] public int Count { get { [|Step(() => mail.Send(\"a\"))|]; return _count; } }", "the query 'Count' is called between two of them")]
    public async Task What_it_may_not_do_is_told_as_it_is_for_turns(string code, string members, string part)
    {
        var text = Assert.Single(await Analysis.Reports(code, With(members)));
        Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[Update] public int Raise(int by) => _count += by;")]
    [InlineData("[Update] public void Raise(int by) { if (by < 0) throw new ArgumentException(\"No.\"); _count += by; }")]
    [InlineData("[Query] public int Count => _count;")]
    [InlineData("[Query] public int Count { get; private set; }")]
    [InlineData("[Query] public List<string> Counts() => [_count.ToString()];")]
    [InlineData("[Query] public int Count { get { Console.WriteLine(_count); return _count; } }")]
    [InlineData("[Query] public string Waits => $\"{_count} of {s_count}\";")]
    [InlineData("[Query] public int Count(int from) => _count - from; public int Count() => _count;")]
    public Task What_they_are_made_for_is_fine(string members) => Analysis.Silent(With(members));

    [Fact]
    public Task Attributes_elsewhere_say_nothing() => Analysis.Silent("class Other { [Update] public Task Raise() => Task.CompletedTask; }");
}
