namespace Holdfast.Analyzers.Tests;

public sealed class AliveTests
{
    const string Open = "static Stream Open() => new MemoryStream(); static void Use(params object?[] all) { }";

    static async Task<string> One(string body, string members = Open) =>
        Assert.Single(await Analysis.Reports("HOLD002", Analysis.Workflow(body, members)));

    [Fact]
    public async Task A_stream_read_after_an_await_is_named_with_type_await_and_hint()
    {
        var text = await One("""
            var file = File.OpenRead("a");
            [|await Delay(TimeSpan.FromDays(2))|];
            return file.ReadByte();
            """);
        Assert.Equal(
            "The variable 'file' (FileStream) is still needed after 'await Delay(TimeSpan.FromDays(2))' on line 11, so it would have to be saved there, and it cannot be. "
            + "Read it within a step and keep the bytes or the text.",
            text);
    }

    [Fact]
    public async Task A_variable_is_reported_once_at_the_first_await()
    {
        var text = await One("""
            using var reader = new StringReader("a");
            [|await Delay(TimeSpan.FromDays(1))|];
            await Delay(TimeSpan.FromDays(2));
            return 1;
            """);
        Assert.Contains("'reader' (StringReader)", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_variable_is_reported_for_itself()
    {
        var texts = await Analysis.Reports("HOLD002", Analysis.Workflow("""
            var (a, b) = (Open(), new Random());
            [|[|await Delay(TimeSpan.FromDays(1))|]|];
            Use(a, b);
            return 1;
            """, Open));
        Assert.Contains("'a' (Stream)", texts[0], StringComparison.Ordinal);
        Assert.Contains("'b' (Random)", texts[1], StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Kinds => new()
    {
        { "var x = new HttpClient();", "inject it" },
        { "var x = new HttpRequestMessage();", "within one step" },
        { "var x = payments.Refund(\"a\");", "the Durable that Step returns" },
        { "var x = new ValueTask<int>(1);", "the Durable that Step returns" },
        { "var x = new List<Task> { mail.Send(\"a\") };", "the Durable that Step returns" },
        { "var x = new[] { mail.Send(\"a\") };", "the Durable that Step returns" },
        { "var x = (1, mail.Send(\"a\"));", "the Durable that Step returns" },
        { "var x = new CancellationTokenSource();", "cancel through scopes" },
        { "var x = new CancellationTokenSource().Token;", "cancel through scopes" },
        { "CancellationToken? x = new CancellationTokenSource().Token;", "cancel through scopes" },
        { "var x = new SemaphoreSlim(1);", "needs no lock" },
        { "var x = new Mutex();", "needs no lock" },
        { "var x = new Lock();", "needs no lock" },
        { "var x = new System.Threading.Timer(_ => { });", "await Delay(…)" },
        { "var x = new Thread(() => { });", "in a step" },
        { "var x = JsonDocument.Parse(\"{}\");", "RootElement.Clone()" },
        { "var x = Regex.Match(\"a\", \"a\");", "match.Value" },
        { "var x = new JsonSerializerOptions();", "Keep the data that you need of it" },
        { "var x = new System.Numerics.Vector2(1, 2);", "Keep the data that you need of it" },
        { "var x = new EventArgs();", "Keep the data that you need of it" },
        { "var x = new ThreadLocal<int>();", "use a plain variable" },
        { "var x = new System.Collections.SortedList();", "a generic collection" },
        { "var x = System.Collections.Immutable.ImmutableList.Create(1).GetEnumerator();", "an enumerator of a kind that is not saved" },
        { "var x = System.Collections.Immutable.ImmutableList.CreateBuilder<int>();", "Copy it into a List" },
        { "var x = new System.Net.NetworkInformation.Ping();", "within one step" },
        { "var x = new System.Diagnostics.Metrics.Meter(\"a\");", "within one step" },
        { "var x = System.Collections.Frozen.FrozenSet.ToFrozenSet(new[] { 1 });", "freeze it where it is used" },
        { "var x = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(new Dictionary<int, int>());", "freeze it where it is used" },
        { "var x = new Lazy<int>(() => 3);", "Take its Value before the await" },
        { "var x = new Random(1);", "Create a new one after the await" },
        { "var x = new MemoryStream();", ".ToArray()" },
        { "var x = new StringWriter();", "as a string" },
        { "var x = System.Diagnostics.Stopwatch.StartNew();", "DateTimeOffset" },
        { "var x = new System.Diagnostics.Process();", "within one step" },
        { "System.Data.Common.DbConnection x = null!; if (mail.IsOpen) x = Db();", "within one step" },
        { "dynamic x = 5;", "static type" },
        { "nint x = 5;", "A handle means nothing after a restart" },
        { "nuint? x = 5;", "A handle means nothing after a restart" },
        { "var x = new System.Dynamic.ExpandoObject();", "static type" },
        { "IAsyncEnumerable<int> x = Numbers();", "keep the list" },
        { "var x = request.Items.AsQueryable();", "keep the list" },
        { "var x = request.Items.Where(i => i.Count > 0);", ".ToList()" },
        { "var x = from i in request.Items orderby i.Count select i.Name;", ".ToList()" },
        { "IEnumerable<Item> x = request.Items.OrderBy(i => i.Name);", ".ToList()" },
        { "var x = new System.Xml.Linq.XElement(\"a\");", ".ToString()" },
        { "var x = new System.Collections.Concurrent.ConcurrentBag<int>();", "Use a List" },
        { "var x = new Bag();", "keep the collection in a field of it" },
        { "var x = File.ReadLines(\"a\");", ".ToList()" },
        { "IDisposable x = new MemoryStream();", ".ToArray()" },
        { "object x = Open();", "Read it within a step" },
        { "object o = 1; var x = (Stream)o;", "Read it within a step" },
        { "var y = Open(); var x = y;", "Read it within a step" },
        { "Stream? x; x = mail.IsOpen ? Open() : null;", "Read it within a step" },
        { "Stream? x = null; x ??= Open();", "Read it within a step" },
        { "Make(out var x);", "Read it within a step" },
        { "object o = request; if (o is not Stream x) return 1;", "Read it within a step" },
        { "object o = request; if (o is not Timed<Stream> { Value: var x }) return 1;", "Read it within a step" },
        { "if (Open() is not { } x) return 1;", "Read it within a step" },
        { "Stream? s = Open(); if (s is not { CanRead: true } x) return 1;", "Read it within a step" },
        { "object o = request; Stream x; switch (o) { case Stream s: x = s; break; default: return 1; }", "Read it within a step" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_kind_of_value_is_known_by_its_type_or_origin(string declaration, string hint)
    {
        var text = await One(
            declaration + " [|await Delay(TimeSpan.FromDays(2))|]; Use(x); return 1;",
            Open + """
            sealed class Bag : List<string>;
            static void Make(out Stream made) => made = Open();
            static System.Data.Common.DbConnection Db() => null!;
            static async IAsyncEnumerable<int> Numbers() { await Task.Yield(); yield return 1; }
            """);
        Assert.Contains("The variable 'x' (", text, StringComparison.Ordinal);
        Assert.Contains(hint, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_built_into_a_builder_around_an_await_names_the_way_out()
    {
        var text = await One("var builder = new System.Text.StringBuilder(); builder.Append($\"{request.Id} of {[|await Step(() => payments.Refund(\"a\"))|]}\"); return builder.Length;");
        Assert.Contains("var text = $", text, StringComparison.Ordinal);
    }

    [Theory]
    // Loops: read in the next round.
    [InlineData("var x = Open(); for (var i = 0; i < 3; i++) { Use(x); [|await Delay(TimeSpan.Zero)|]; }")]
    [InlineData("Stream? x = null; while (mail.IsOpen) { if (x != null) Use(x); x = Open(); [|await Delay(TimeSpan.Zero)|]; }")]
    [InlineData("var x = Open(); do { [|await Delay(TimeSpan.Zero)|]; } while (x.Length > 0);")]
    // Dispose is a read.
    [InlineData("using (var x = Open()) { Use(x); [|await Delay(TimeSpan.Zero)|]; }")]
    [InlineData("using (var x = Open()) [|await Step(() => Task.CompletedTask)|];")]
    [InlineData("var x = Open(); try { [|await Delay(TimeSpan.Zero)|]; } finally { x.Dispose(); }")]
    [InlineData("var x = Open(); try { [|await Delay(TimeSpan.Zero)|]; } catch (IOException) { Use(x); }")]
    [InlineData("var x = Open(); try { Use(1); } finally { [|await Delay(TimeSpan.Zero)|]; Use(x); }")]
    [InlineData("Stream? x = null; try { x = Open(); Use(2); } catch (Exception) { [|await Delay(TimeSpan.Zero)|]; } Use(x);")]
    // Branches.
    [InlineData("var x = Open(); if (mail.IsOpen) [|await Delay(TimeSpan.Zero)|]; Use(x);")]
    [InlineData("Stream? x = null; if (mail.IsOpen) x = Open(); [|await Delay(TimeSpan.Zero)|]; Use(x);")]
    [InlineData("var x = Open(); switch (request.Id) { case \"a\": [|await Delay(TimeSpan.Zero)|]; break; default: return 1; } Use(x);")]
    // The loop's own variable.
    [InlineData("foreach (var x in new List<Func<Stream>> { Open }.ConvertAll(f => (object)f())) if (x is Stream y) { [|await Delay(TimeSpan.Zero)|]; Use(y); }")]
    // Condition and awaited value.
    [InlineData("var x = Open(); if ([|await Step(() => payments.Refund(\"a\"))|] > 0) Use(x);")]
    [InlineData("var x = Open(); var n = [|await Step(() => payments.Refund(\"a\"))|]; Use(x, n);")]
    // A value that was read already, but is needed by the call around the await.
    [InlineData("var x = Open(); Use(x, [|await Step(() => payments.Refund(\"a\"))|]);")]
    [InlineData("var x = Open(); x.WriteByte((byte)[|await Step(() => payments.Refund(\"a\"))|]);")]
    [InlineData("var x = Open(); Use(x, mail.IsOpen ? [|await Step(() => payments.Refund(\"a\"))|] : 1);")]
    // Lambdas and local functions that are called later.
    [InlineData("var x = Open(); Func<long> f = () => x.Length; [|await Delay(TimeSpan.Zero)|]; Use(f());")]
    [InlineData("var x = Open(); Func<long> f = () => x.Length; var g = f; [|await Delay(TimeSpan.Zero)|]; Use(g);")]
    [InlineData("var x = Open(); Func<long>? f = mail.IsOpen ? () => x.Length : null; [|await Delay(TimeSpan.Zero)|]; Use(f);")]
    [InlineData("var x = Open(); [|await Delay(TimeSpan.Zero)|]; Use(Length()); long Length() => x.Length;")]
    [InlineData("var x = Open(); [|await Delay(TimeSpan.Zero)|]; Use(request.Items.Count(i => i.Count > x.Length));")]
    [InlineData("var x = Open(); var all = new Func<long>[] { () => x.Length }; [|await Delay(TimeSpan.Zero)|]; Use(all.Length);")]
    // Captured by a durable lambda or local function that waits.
    [InlineData("var x = Open(); async Durable Work() { Use(x); [|await Delay(TimeSpan.Zero)|]; } await Work();")]
    [InlineData("var x = Open(); Func<Durable> work = async () => { [|await Delay(TimeSpan.Zero)|]; Use(x); }; await work();")]
    public async Task Liveness_follows_the_code(string body)
    {
        var text = await One(body + " return 1;");
        Assert.Matches("^The variable '[xy]' \\(", text);
    }

    [Fact]
    public async Task A_value_without_a_variable_is_named_by_its_text()
    {
        var text = await One("Use(Open(), [|await Step(() => payments.Refund(\"a\"))|]); return 1;");
        Assert.StartsWith("The value of 'Open()' (Stream) is still needed after", text, StringComparison.Ordinal);
        Assert.Contains("Await into a variable of its own first", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("foreach (var i in request.Items.Where(i => i.Count > 0)) [|await Step(() => mail.Send(i.Name))|];", "request.Items.Where(i => i.Count > 0)")]
    [InlineData("var query = request.Items.Select(i => i.Name); foreach (var name in query) [|await Step(() => mail.Send(name))|];", "query")]
    [InlineData("foreach (var i in Enumerable.Range(0, 3)) [|await Delay(TimeSpan.FromDays(i))|];", "Enumerable.Range(0, 3)")]
    public async Task A_lazy_sequence_may_not_be_read_across_an_await(string body, string sequence)
    {
        var text = await One(body + " return 1;");
        Assert.Contains($"'{sequence}'", text, StringComparison.Ordinal);
        Assert.Contains(".ToList()", text, StringComparison.Ordinal);
    }

    const string Holders = Open + """
        class Order { public FileStream Log = File.OpenRead("a"); public int Count; }
        sealed class Parcel { public Order Order { get; } = new(); }
        class Page { readonly Stream _text = Open(); public int Length => (int)_text.Length; }
        sealed class Letter : Page { public string Name = ""; }
        record Sent(string Name, Task Sending);
        struct Door(SemaphoreSlim gate) { public SemaphoreSlim Gate = gate; }
        sealed class Chain { public Chain? Next; public List<Stream> Pages { get; } = []; }
        sealed class Memo { public Stream? Text; public Stream? Copy { get; set; } }
        record Reply(Stream? Body);
        sealed class Fine { static readonly HttpClient Http = new(); public Func<Stream>? Reader; public CancellationToken Token; public Stream Computed => Open(); public event Action? Done; public object? Any; }
        """;

    [Fact]
    public async Task A_class_that_holds_what_cannot_be_saved_is_named_with_the_path()
    {
        var text = await One("var order = new Order(); [|await Delay(TimeSpan.FromDays(2))|]; return order.Count;", Holders);
        Assert.Equal(
            "The variable 'order' (Order) is still needed after 'await Delay(TimeSpan.FromDays(2))' on line 19, so it would have to be saved there, and it cannot be. "
            + "'order.Log' is a FileStream. Read it within a step and keep the bytes or the text.",
            text);
    }

    [Theory]
    [InlineData("var x = new Parcel();", "'x.Order.Log' is a FileStream")]
    [InlineData("var x = new Letter();", "'x._text' is a Stream")]
    [InlineData("var x = new Sent(\"a\", Task.CompletedTask);", "'x.Sending' is a Task")]
    [InlineData("var x = new Door(new(1));", "'x.Gate' is a SemaphoreSlim")]
    [InlineData("var x = new Chain();", "'x.Pages' is a List<Stream>")]
    [InlineData("var x = new List<Order> { new() };", "'x[…].Log' is a FileStream")]
    [InlineData("Order[] x = [new()];", "'x[…].Log' is a FileStream")]
    [InlineData("var x = (1, Sent: new Sent(\"a\", Task.CompletedTask));", "'x.Sent.Sending' is a Task")]
    [InlineData("object x = new Order();", "'x.Log' is a FileStream")]
    [InlineData("var x = new { S = new MemoryStream() };", "'x.S' is a MemoryStream")]
    [InlineData("var x = new[] { new { Name = \"a\", Order = new Order() } };", "'x[…].Order.Log' is a FileStream")]
    [InlineData("var x = new Memo { Text = Open() };", "'x.Text' is a Stream")]
    [InlineData("var x = new Memo(); x.Copy = Open();", "'x.Copy' is a Stream")]
    [InlineData("var x = new Reply(Open());", "'x.Body' is a Stream")]
    public async Task Whatever_way_it_is_held(string declaration, string part)
    {
        var text = await One(declaration + " [|await Delay(TimeSpan.FromDays(2))|]; Use(x); return 1;", Holders);
        Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("var x = new Fine(); await Delay(TimeSpan.Zero); Use(x); return 1;")]
    [InlineData("var x = new Memo(); await Delay(TimeSpan.Zero); Use(x); return 1;")]
    [InlineData("var x = new Memo { Text = Open() }; Use(x); x.Text = null; await Delay(TimeSpan.Zero); Use(x); return 1;")]
    [InlineData("var x = new Reply(null); await Delay(TimeSpan.Zero); Use(x); return 1;")]
    [InlineData("var x = new Order(); Use(x); await Delay(TimeSpan.Zero); return 1;")]
    [InlineData("var n = await Step(async () => { var x = new Order(); await x.Log.FlushAsync(); return x.Count; }); return n;")]
    public Task What_is_empty_or_no_longer_needed_may_hold_it(string body) => Analysis.Silent(Analysis.Workflow(body, Holders));

    [Fact]
    public async Task A_parameter_that_holds_it_is_reported_unless_the_constructor_may_have_been_given_it()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD002", """
            sealed class Trial(Mailer mailer) : Workflow
            {
                public async Durable<int> Run(string text) => await Send(mailer, text) + await Read(new Book());

                static async Durable<int> Send(Mailer by, string text)
                {
                    await Delay(TimeSpan.FromDays(1));
                    return await Step(() => by.Send(text));
                }

                static async Durable<int> Read(Book book)
                {
                    [|await Delay(TimeSpan.FromDays(1))|];
                    return book.Pages.ReadByte();
                }
            }

            sealed class Mailer { readonly SemaphoreSlim _gate = new(1); public async Task<int> Send(string text) { await _gate.WaitAsync(); return text.Length; } }

            sealed class Book { public Stream Pages = new MemoryStream(); }
            """));
        Assert.StartsWith("The parameter 'book' (Book) is still needed", text, StringComparison.Ordinal);
    }

    [Fact]
    public Task Durable_code_outside_methods_is_checked() => Analysis.Reports("HOLD002", """
        sealed class Places : Workflow
        {
            readonly Func<Stream, Durable<int>> _read = async file => { [|await Durable.Delay(TimeSpan.Zero)|]; return file.ReadByte(); };

            Func<Stream, Durable<int>> Read => async file => { [|await Durable.Delay(TimeSpan.Zero)|]; return file.ReadByte(); };

            public Places(Stream given) => _read = async _ => { [|await Durable.Delay(TimeSpan.Zero)|]; var mine = (Stream)new MemoryStream(); [|await Durable.Delay(TimeSpan.Zero)|]; return mine.ReadByte() + given.ReadByte(); };
        }
        """);

    [Fact]
    public async Task A_parameter_counts_from_the_first_line()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD002", """
            sealed class Trial : Workflow
            {
                public async Durable<int> Run(CancellationToken token)
                {
                    [|await Delay(TimeSpan.FromDays(1))|];
                    return token.IsCancellationRequested ? 1 : 0;
                }
            }
            """));
        Assert.StartsWith("The parameter 'token' (CancellationToken) is still needed", text, StringComparison.Ordinal);
    }
}
