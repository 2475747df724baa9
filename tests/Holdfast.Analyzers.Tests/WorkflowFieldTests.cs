namespace Holdfast.Analyzers.Tests;

public sealed class WorkflowFieldTests
{
    const string Members = "sealed class Bag : List<string>; sealed class Order { public Stream Log = Open(); } static Stream Open() => new MemoryStream(); static void Use(params object?[] all) { }";

    [Fact]
    public async Task A_read_only_field_that_loses_what_the_run_did_is_named()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD009", Analysis.Workflow("_lines.WriteLine(request.Id); return 1;", "readonly StringWriter [|_lines|] = new();")));
        Assert.Equal(
            "The read-only field '_lines' (StringWriter) cannot be saved. After a restart it holds what the constructor gives it, and what the run did with it is lost. "
            + "Build the text as a string, and write it out within a step.",
            text);
    }

    [Theory]
    [InlineData("_seen.Add(request.Id);", "readonly Bag [|_seen|] = [];", "keep the collection in a field of it")]
    [InlineData("_seen.Add(request.Id);", "readonly System.Collections.Concurrent.ConcurrentBag<string> [|_seen|] = [];", "Use a List")]
    [InlineData("Use(_time.Elapsed);", "readonly System.Diagnostics.Stopwatch [|_time|] = System.Diagnostics.Stopwatch.StartNew();", "DateTimeOffset")]
    [InlineData("Use(_chance.Next());", "readonly Random [|_chance|] = new(7);", "Create a new one")]
    [InlineData("_stop.Cancel();", "readonly CancellationTokenSource [|_stop|] = new();", "cancel through scopes")]
    [InlineData("_page.Add(1);", "readonly System.Xml.Linq.XElement [|_page|] = new(\"a\");", ".ToString()")]
    [InlineData("Use(Page);", "MemoryStream [|Page|] { get; } = new();", ".ToArray()")]
    [InlineData("Use(_page);", "readonly object [|_page|] = new MemoryStream();", ".ToArray()")]
    public async Task Each_kind_of_state_is_known(string body, string field, string hint)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD009", Analysis.Workflow(body + " return 1;", Members + field)));
        Assert.Contains(hint, text, StringComparison.Ordinal);
    }

    [Fact]
    public Task What_a_constructor_makes_counts_like_an_initializer() => Analysis.Reports("HOLD009", """
        sealed class Trial : Workflow
        {
            readonly TextWriter [|_log|];
            readonly Stream _given;
            readonly HttpClient _http;
            readonly int _limit;

            public Trial(Stream given, IHttpFactory factory)
            {
                _log = new StringWriter();
                _given = given;
                _http = factory.Create();
                _limit = factory.Limit;
            }

            public async Durable<string?> Run()
            {
                for (var i = 0; i < _limit; i++) _log.WriteLine(await Step(() => _http.GetStringAsync("a")));
                return _log.ToString() + _given.Length;
            }
        }

        public interface IHttpFactory { HttpClient Create(); int Limit { get; } }
        """);

    [Theory]
    [InlineData("_page = Open(); Use(_page);", "Stream? [|_page|];", "The field '_page' (Stream)")]
    [InlineData("Page = Open(); Use(Page);", "Stream? [|Page|] { get; set; }", "The property 'Page' (Stream)")]
    [InlineData("_page ??= Open();", "Stream? [|_page|];", "The field '_page' (Stream)")]
    [InlineData("Use(_known.Count);", "System.Collections.Frozen.FrozenSet<int> [|_known|] = System.Collections.Frozen.FrozenSet.ToFrozenSet(new[] { 1 });", "The field '_known' (FrozenSet<int>)")]
    [InlineData("Use(_http);", "HttpClient [|_http|] = new();", "The field '_http' (HttpClient)")]
    [InlineData("_sent = mail.Send(\"a\"); Use(_sent);", "Task? [|_sent|];", "The field '_sent' (Task)")]
    [InlineData("_page = Open(); Use(_page);", "object? [|_page|];", "The field '_page' (Stream)")]
    [InlineData("_all.Add(\"a\");", "Bag [|_all|] = [];", "The field '_all' (Bag)")]
    [InlineData("_order = new();", "Order? [|_order|];", "The field '_order' (Order)")]
    // A class of the user's is saved, and what it holds with it, also where the field is read-only.
    [InlineData("Use(_order);", "readonly Order [|_order|] = new();", "The field '_order' (Order)")]
    public async Task A_field_that_would_park_the_run_is_reported(string body, string field, string part)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD010", Analysis.Workflow(body + " return 1;", Members + field)));
        Assert.StartsWith(part, text, StringComparison.Ordinal);
        Assert.Contains("a run that waits while it is set is parked", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("_log.Add(\"a\"); _prices[\"a\"] = 1; _text.Append(\"a\"); Note = \"b\";", "readonly List<string> _log = []; readonly Dictionary<string, int> _prices = []; readonly System.Text.StringBuilder _text = new();")]
    [InlineData("await Step(() => _http.GetStringAsync(\"a\"));", "readonly HttpClient _http = new();")]
    [InlineData("Use(_http.BaseAddress);", "readonly HttpClient _http = new();")]
    [InlineData("Use(_chance.Next());", "readonly Random _chance = new();")]
    [InlineData("lock (_gate) { }", "readonly Lock _gate = new();")]
    [InlineData("Use(_word.IsMatch(\"a\"));", "readonly Regex _word = new(\"a+\");")]
    [InlineData("_page = null; Use(_page);", "Stream? _page;")]
    [InlineData("Use(_mine);", "readonly IMail _mine = mail;")]
    [InlineData("await Step(async () => { using var page = new MemoryStream(); await page.FlushAsync(); });", "")]
    [InlineData("Use(_groups.Count);", "ILookup<int, string> _groups = new[] { \"a\" }.ToLookup(s => s.Length);")]
    public Task What_is_saved_or_injected_or_only_a_way_is_fine(string body, string field) => Analysis.Silent(Analysis.Workflow(body + " return 1;", Members + field));
}
