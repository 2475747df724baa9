namespace Holdfast.Analyzers.Tests;

public sealed class EffectTests
{
    const string Members = "readonly HttpClient _http = new(); static readonly Task<int> Done = Task.FromResult(1); static void Use(params object?[] all) { }";

    [Fact]
    public async Task A_result_that_is_waited_for_is_reported_with_the_step_to_write()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD005", Analysis.Workflow("return [|payments.Refund(request.Id).Result|];")));
        Assert.Equal(
            "'payments.Refund(request.Id).Result' blocks the thread of the durable method 'Run' while it waits for something that is not saved: "
            + "the turn hangs, and after a restart the wait begins anew. Await it in a step: await Step(() => payments.Refund(request.Id)).",
            text);
    }

    [Theory]
    [InlineData("Use([|payments.Refund(\"a\").GetAwaiter().GetResult()|]);", "await Step(() => payments.Refund(\"a\"))")]
    [InlineData("Use([|payments.Refund(\"a\").ConfigureAwait(false).GetAwaiter().GetResult()|]);", "await Step(() => payments.Refund(\"a\"))")]
    [InlineData("Use([|new ValueTask<int>(1).Result|]);", "await Step(() => …)")]
    [InlineData("[|mail.Send(\"a\").Wait()|];", "await Step(() => mail.Send(\"a\"))")]
    [InlineData("[|mail.Send(\"a\").Wait(1000)|];", "await Step(() => mail.Send(\"a\"))")]
    [InlineData("[|mail.Send(\"a\").GetAwaiter().GetResult()|];", "await Step(() => mail.Send(\"a\"))")]
    [InlineData("[|Task.WaitAll(mail.Send(\"a\"), mail.Send(\"b\"))|];", "await Step(() => …)")]
    [InlineData("Use([|Done.Result|]);", "await Step(() => …)")]
    [InlineData("[|Thread.Sleep(1000)|];", "await Delay(TimeSpan.FromMilliseconds(1000))")]
    [InlineData("[|Thread.Sleep(TimeSpan.FromSeconds(2))|];", "await Delay(TimeSpan.FromSeconds(2))")]
    [InlineData("var open = new SemaphoreSlim(1); [|open.Wait()|];", "never runs in parallel with itself")]
    [InlineData("var seen = new ManualResetEvent(false); [|seen.WaitOne()|];", "await Receive(…)")]
    [InlineData("Work(); void Work() => [|Thread.Sleep(1000)|];", "the thread of the durable method 'Run'")]
    public async Task Whatever_blocks_the_thread_is_reported(string body, string hint)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD005", Analysis.Workflow(body + " return 1;", Members)));
        Assert.Contains(hint, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_side_effect_is_named_with_what_it_does_and_who_does_it()
    {
        var text = Assert.Single(await Analysis.Reports("HOLD006", Analysis.Workflow("[|File.WriteAllText(\"a\", request.Id)|]; return 1;")));
        Assert.Equal(
            "'File.WriteAllText(\"a\", request.Id)' reads or writes files, but the durable method 'Run' does it outside a step: "
            + "after a crash the code since the last await runs again, and does it again. Put it into a step and keep what you need of its result: await Step(…).",
            text);
    }

    [Theory]
    [InlineData("[|Console.WriteLine(request.Id)|];", "uses the console")]
    [InlineData("[|Console.Out|].WriteLine(request.Id);", "uses the console")]
    [InlineData("Use([|Console.ReadLine()|]);", "uses the console")]
    [InlineData("Use([|File.ReadAllText(\"a\")|]);", "reads or writes files")]
    [InlineData("[|Directory.CreateDirectory(\"a\")|];", "reads or writes files")]
    [InlineData("using (new StreamReader([|new FileStream(\"a\", FileMode.Open)|])) { }", "reads or writes files")]
    [InlineData("using (var page = [|new StreamReader(\"a\")|]) Use(page.ReadLine());", "reads or writes files")]
    [InlineData("using (var page = [|new StreamWriter(\"a\", append: true)|]) page.WriteLine();", "reads or writes files")]
    [InlineData("[|new FileInfo(\"a\").Delete()|];", "reads or writes files")]
    [InlineData("Use([|_http.GetStringAsync(\"a\")|]);", "sends a request")]
    [InlineData("Use([|_http.SendAsync(new HttpRequestMessage())|]);", "sends a request")]
    [InlineData("Use([|System.Diagnostics.Process.Start(\"ls\")|]);", "works with another process")]
    [InlineData("using var client = [|new System.Net.Sockets.TcpClient(\"localhost\", 1)|];", "uses the network")]
    [InlineData("using var client = new System.Net.Sockets.TcpClient(); [|client.Connect(\"localhost\", 1)|];", "uses the network")]
    [InlineData("using var socket = new System.Net.Sockets.Socket(default, default); [|socket.Listen()|];", "uses the network")]
    [InlineData("[|Environment.Exit(1)|];", "ends the process")]
    [InlineData("[|Environment.SetEnvironmentVariable(\"a\", \"b\")|];", "changes its whole process")]
    [InlineData("[|AppContext.SetSwitch(\"a\", true)|];", "changes its whole process")]
    [InlineData("using var pipe = new System.IO.Pipes.NamedPipeServerStream(\"a\"); [|pipe.WaitForConnection()|];", "works with another process")]
    [InlineData("[|request.Items.AsParallel().ForAll(i => Use(i))|];", "starts work that no run knows of")]
    [InlineData("void Save() => [|File.Delete(\"a\")|]; Save();", "the durable method 'Run'")]
    [InlineData("Use(Outer()); int Outer() { Inner(); return 1; } void Inner() { Inner(); [|Console.WriteLine(1)|]; }", "the durable method 'Run'")]
    [InlineData("await Log(); async Durable Log() { Write(); await Delay(TimeSpan.Zero); void Write() => [|Console.WriteLine(1)|]; }", "the durable local function 'Log'")]
    [InlineData("Func<Durable> log = async () => { Write(2); await Delay(TimeSpan.Zero); }; await log(); void Write<T>(T what) => [|Console.WriteLine(what)|];", "a durable lambda")]
    [InlineData("Use(Save()); await Step(Save); Task Save() => [|File.WriteAllTextAsync(\"a\", request.Id)|];", "the durable method 'Run'")]
    [InlineData("async Durable Log() { [|Console.WriteLine(1)|]; await Delay(TimeSpan.Zero); } await Log();", "the durable local function 'Log'")]
    [InlineData("Func<Durable> log = async () => { [|Console.WriteLine(1)|]; await Delay(TimeSpan.Zero); }; await log();", "a durable lambda")]
    [InlineData("await InSaga(async saga => { [|Console.WriteLine(1)|]; saga.Compensate(() => mail.Send(\"a\")); await Delay(TimeSpan.Zero); });", "a durable lambda")]
    [InlineData("await Pause(); Durable Pause() { [|Console.WriteLine(1)|]; return Delay(TimeSpan.Zero); }", "the durable local function 'Pause'")]
    // Work that nobody saves, and that nobody waits for.
    [InlineData("Use([|Task.Run(() => Use(1))|]);", "starts work that no run knows of")]
    [InlineData("[|Task.Factory.StartNew(() => Use(1))|];", "starts work that no run knows of")]
    [InlineData("Use([|Task<int>.Factory.StartNew(() => 1)|]);", "starts work that no run knows of")]
    [InlineData("[|new Thread(() => Use(1))|].Start();", "starts work that no run knows of")]
    [InlineData("[|ThreadPool.QueueUserWorkItem(_ => Use(1))|];", "starts work that no run knows of")]
    [InlineData("[|Parallel.For(0, 3, i => Use(i))|];", "starts work that no run knows of")]
    [InlineData("[|Parallel.ForEach(request.Items, i => Use(i))|];", "starts work that no run knows of")]
    [InlineData("Use([|Parallel.ForEachAsync(request.Items, async (i, _) => await mail.Send(i.Name))|]);", "starts work that no run knows of")]
    [InlineData("[|Done.ContinueWith(_ => Use(1))|];", "starts work that no run knows of")]
    [InlineData("using ([|new System.Threading.Timer(_ => Use(1), null, 1, 1)|]) { }", "await Delay(…)")]
    [InlineData("using var timer = [|new System.Timers.Timer(5)|]; timer.Start();", "await Delay(…)")]
    [InlineData("using var timer = [|new PeriodicTimer(TimeSpan.FromDays(1))|];", "await Delay(…)")]
    [InlineData("using var timer = [|TimeProvider.System.CreateTimer(_ => Use(1), null, default, default)|];", "await Delay(…)")]
    [InlineData("[|mail.Send(\"a\")|];", "await Step(() => mail.Send(\"a\"))")]
    [InlineData("_ = [|mail.Send(\"a\")|];", "starts work that nobody waits for")]
    [InlineData("_ = [|payments.Refund(\"a\").ConfigureAwait(false)|];", "await Step(() => payments.Refund(\"a\"))")]
    [InlineData("[|Later()|]; static async ValueTask<int> Later() { await Task.Yield(); return 1; }", "starts work that nobody waits for")]
    [InlineData("[|Forget()|]; static async void Forget() { await Task.Yield(); }", "starts work that nobody waits for")]
    public async Task Whatever_touches_the_world_is_reported(string body, string part)
    {
        var text = Assert.Single(await Analysis.Reports("HOLD006", Analysis.Workflow(body + " return 1;", Members)));
        Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("await Step(() => { File.Delete(\"a\"); Console.WriteLine(1); Thread.Sleep(1); return mail.Send(\"a\"); }); return 1;")]
    [InlineData("return await Step(() => Task.FromResult(payments.Refund(\"a\").Result));")]
    [InlineData("await InSaga(async saga => { saga.Compensate(() => { File.Delete(\"a\"); Console.WriteLine(1); Thread.Sleep(1); return mail.Send(\"a\"); }); await Delay(TimeSpan.Zero); }); return 1;")]
    [InlineData("Task Undo() { File.Delete(\"a\"); return mail.Send(\"a\"); } await InSaga(async saga => { saga.Compensate(Undo); await Delay(TimeSpan.Zero); }); return 1;")]
    [InlineData("return await Transaction(tx => { using var command = tx.Connection.CreateCommand(); return command.ExecuteNonQuery(); });")]
    [InlineData("Func<Task<string>> read = () => File.ReadAllTextAsync(\"a\"); return (await Step(read)).Length;")]
    [InlineData("Task Save() => File.WriteAllTextAsync(\"a\", request.Id); await Step(Save); return 1;")]
    [InlineData("await Step(() => _http.GetStringAsync(\"a\")); return 1;")]
    [InlineData("await Step(() => { _ = mail.Send(\"a\"); return Task.Run(() => { Parallel.For(0, 3, i => Use(i)); }); }); return 1;")]
    [InlineData("await Step(async () => { using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1)); await timer.WaitForNextTickAsync(); }); return 1;")]
    [InlineData("Delay(TimeSpan.FromDays(1)); _ = Step(() => mail.Send(\"a\")); return 1;")]
    [InlineData("Func<Task> send = () => mail.Send(\"a\"); await Step(send); return 1;")]
    [InlineData("await Step(() => { Outer(); return mail.Send(\"a\"); }); return 1; void Outer() => Inner(); void Inner() { Thread.Sleep(1); Console.WriteLine(1); }")]
    [InlineData("await Step(Outer); return 1; Task Outer() { Inner(); return mail.Send(\"a\"); } void Inner() => Console.WriteLine(1);")]
    [InlineData("Action never = Print; Use(nameof(Print)); return 1; void Print() => Console.WriteLine(1);")]
    [InlineData("var lines = Lines(); return await Step(() => Task.FromResult(lines.Count())); IEnumerable<string> Lines() { yield return File.ReadAllText(\"a\"); }")]
    [InlineData("using (var page = new StreamReader(new MemoryStream())) Use(page.ReadLine()); return 1;")]
    [InlineData("Use(Path.Combine(\"a\", \"b\"), Path.GetFileName(\"a\"), Environment.MachineName, nameof(File.Delete)); return 1;")]
    [InlineData("var done = await Durable.WhenAny(Delay(TimeSpan.Zero)); await done; return 1;")]
    [InlineData("var answer = await Receive(Approved).Within(TimeSpan.Zero); return answer.Value;")]
    public Task What_a_step_does_is_its_own_affair(string body) => Analysis.Silent(Analysis.Workflow(body, Members));

    [Fact]
    public async Task A_private_method_that_a_turn_calls_is_the_turns()
    {
        const string Turns = """
            sealed class Trial(IMail mail) : Workflow
            {
                static int _count;
                readonly List<string> _lines = [];

                public async Durable<int> Run() { Outer(); Action now = () => {|2|}; now(); await Step(Saved); await Step(() => Alone()); await Delay(TimeSpan.Zero); return Told().Count(); }

                [Update] public void Note(string line) => Write(line);

                [Query] public int Lines() => Count<int>(0);

                void Outer() { Outer(); Inner(); }

                void Inner() { {|0|}; }

                static void Write(string line) { {|1|}; }

                int Count<T>(T at) { {|3|}; return _lines.Count; }

                // Only named, or called by steps, by nobody, or when somebody loops over it.
                Task Saved() { Deep(); Console.WriteLine(_count); return mail.Send("a"); }
                void Deep() { Thread.Sleep(1); Console.WriteLine(_count++); }
                Task Alone() { Deep(); return mail.Send("a"); }
                void Never() => Console.WriteLine(_count);
                IEnumerable<int> Told() { yield return Console.Read(); }
            }
            """;
        string[] plain = ["Use()", "Use()", "_lines.Clear()", "Use()"];
        await Reports("HOLD006", 0, "Console.WriteLine(1)", "the durable method 'Run'");
        await Reports("HOLD005", 0, "Thread.Sleep(1)", "the durable method 'Run'");
        await Reports("HOLD006", 1, "Console.WriteLine(line)", "the update 'Note'");
        await Reports("HOLD006", 2, "Console.WriteLine(1)", "the durable method 'Run'");
        await Reports("HOLD005", 3, "Thread.Sleep(1)", "the query 'Lines'");
        await Reports("HOLD007", 0, "_count", "the durable method 'Run'", before: "var n = ");
        await Analysis.Silent(Filled(-1, "", ""));

        async Task Reports(string code, int at, string text, string who, string before = "") =>
            Assert.Contains(who, Assert.Single(await Analysis.Reports(code, Filled(at, before, text))), StringComparison.Ordinal);

        string Filled(int at, string before, string text)
        {
            var source = Turns.Replace("static int _count;", "static int _count; static void Use() { }", StringComparison.Ordinal);
            for (var i = 0; i < plain.Length; i++) source = source.Replace($"{{|{i}|}}", i == at ? $"{before}[|{text}|]" : plain[i], StringComparison.Ordinal);
            return source;
        }
    }

    /// <summary>What somebody else can call, or put another method in the place of, is not looked into.</summary>
    [Fact]
    public Task A_method_that_others_call_is_not_followed() => Analysis.Silent("""
        class Trial : Workflow
        {
            public async Durable Run() { Shown(); Replaced(); Helper.Print(); await Delay(TimeSpan.Zero); }

            internal void Shown() => Console.WriteLine(1);

            protected virtual void Replaced() => Console.WriteLine(1);

            static class Helper
            {
                public static void Print() => Write();
                static void Write() => Console.WriteLine(1);
            }
        }
        """);

    [Fact]
    public Task Ordinary_code_may_block_and_write() => Analysis.Silent("""
        static class Ordinary
        {
            public static async Task Main(IHoldfastClient client)
            {
                Console.WriteLine(File.ReadAllText("a"));
                await client.StartAsync((Echo w) => w.Run(Console.ReadLine()!));
                Thread.Sleep(5);
            }
        }

        sealed class Echo : Workflow
        {
            public async Durable<string> Run(string text)
            {
                await Delay(TimeSpan.Zero);
                return text;
            }
        }
        """);

    [Fact]
    public async Task What_an_update_and_a_query_call_themselves_is_theirs()
    {
        const string Updated = """
            sealed class Trial : Workflow
            {
                int _total;

                public async Durable<int> Run() { await Delay(TimeSpan.FromDays(1)); return _total; }

                [Update]
                public int Add(int n)
                {
                    Write();
                    return _total += n;

                    void Write() => [|Console.WriteLine(n)|];
                }

                [Query]
                public int Read()
                {
                    return Slowly();

                    int Slowly()
                    {
                        Thread.Sleep(5);
                        return _total;
                    }
                }
            }
            """;
        Assert.Contains("the update 'Add'", Assert.Single(await Analysis.Reports("HOLD006", Updated)), StringComparison.Ordinal);
        Assert.Contains("the query 'Read'", Assert.Single(await Analysis.Reports("HOLD005", Updated.Replace("[|", "").Replace("|]", "").Replace("Thread.Sleep(5)", "[|Thread.Sleep(5)|]"))), StringComparison.Ordinal);
    }
}
