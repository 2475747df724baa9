namespace Holdfast.Torture.Corpus;

public sealed class AwaitsInEach : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        foreach (var way in new[] { "pass", "throw", "return", "break" })
        {
            _log.Add(await One(way));
        }
        return string.Join(' ', _log);
    }

    async Durable<string> One(string way)
    {
        for (var i = 0; ; i++)
        {
            try
            {
                try
                {
                    _log.Add(await Ask($"try-{way}"));
                    if (way == "throw" && i == 0) throw new InvalidOperationException(await Ask("thrown"));
                    if (way == "return") return await Ask("returned");
                    if (way == "break") break;
                    return "passed";
                }
                catch (InvalidOperationException error) when (error.Message.Length == 6)
                {
                    _log.Add(await Ask("catch"));
                    if (i == 0) continue;
                    throw;
                }
                finally
                {
                    _log.Add(await Ask("inner"));
                    _log.Add(await AskSlowly("more"));
                }
            }
            finally
            {
                try
                {
                    await Fail("in finally");
                }
                catch (InvalidOperationException error)
                {
                    _log.Add(await Ask(error.Message));
                }
            }
        }
        return "broken";
    }
}

public sealed class DeepFinally : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run(int depth)
    {
        try
        {
            await Down(depth);
        }
        catch (OwnException error)
        {
            _log.Add($"{error.Message}{error.Code}");
        }
        return string.Join(' ', _log);
    }

    async Durable<int> Down(int depth)
    {
        var mine = depth * 10;
        try
        {
            if (depth == 0) throw new OwnException(await Ask("bottom"), mine);
            return await Down(depth - 1) + await Ask(1);
        }
        catch (OwnException error) when (depth % 2 == 1)
        {
            await Ask(0);
            throw new OwnException(error.Message + depth, error.Code + 1);
        }
        finally
        {
            mine += await Ask(depth);
            _log.Add($"{mine}");
        }
    }
}

public sealed class FiltersAcrossFrames : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        var seen = 0;
        for (var i = 0; i < 3; i++)
        {
            try
            {
                await Middle(i);
            }
            catch (Exception error) when (Look(error, ref seen) && seen > 1)
            {
                _log.Add(await Ask($"caught{seen}"));
            }
            catch (ArgumentException error)
            {
                _log.Add(await Ask(error.ParamName ?? "none"));
            }
        }
        return string.Join(' ', _log);
    }

    async Durable Middle(int i)
    {
        try
        {
            await Ask(i);
            throw new ArgumentException("bad", $"p{i}");
        }
        finally
        {
            _log.Add(await Ask("unwound"));
        }
    }

    bool Look(Exception error, ref int seen)
    {
        seen++;
        _log.Add(error.GetType().Name);
        return true;
    }
}

public sealed class RethrownKinds : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var log = new List<string>();
        Exception? kept = null;
        try
        {
            try
            {
                await Ask(0);
                Deep(3);
            }
            catch (OwnException error)
            {
                kept = error;
                await Ask(1);
                var mark = await Ask("set");
                error.Data["mark"] = mark;
                throw;
            }
        }
        catch (Exception error)
        {
            log.Add($"{ReferenceEquals(error, kept)} {error.Data["mark"]} {error.StackTrace!.Contains(nameof(Deep), StringComparison.Ordinal)}");
        }
        try
        {
            await Ask(2);
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(kept!);
        }
        catch (OwnException error)
        {
            log.Add($"{error.Code} {await Ask(ReferenceEquals(error, kept))}");
        }
        try
        {
            await Durable.WhenAll(Throws(1), Throws(2));
        }
        catch (OwnException error)
        {
            kept = new AggregateException("many", error, kept!);
        }
        await Ask(3);
        var many = (AggregateException)kept!;
        log.Add($"{many.InnerExceptions.Count} {many.InnerException!.Message} {many.Flatten().InnerExceptions[1].Message}");
        return string.Join(", ", log);
    }

    static async Durable<int> Throws(int n)
    {
        await Ask(n);
        throw new OwnException($"n{n}", n);
    }

    static void Deep(int n)
    {
        if (n == 0) throw new OwnException("deep", 4);
        Deep(n - 1);
    }
}

public sealed class ExceptionsKept : CorpusWorkflow
{
    sealed class Rich : Exception
    {
        public Rich(string message, Exception inner) : base(message, inner) => HResult = 77;

        public List<int> Numbers { get; set; } = [];

        public required string Name { get; set; }
    }

    public async Durable<string> Run()
    {
        Exception[] kept =
        [
            new ArgumentNullException("p", "m"), new ArgumentOutOfRangeException("q", 5, "range"), new KeyNotFoundException("key"), new TimeoutException("late"),
            new FormatException("form"), new OperationCanceledException("gone"), new IOException("io"), new DivideByZeroException(), new NotSupportedException("no"),
            new Rich("rich", new InvalidCastException("inner")) { Name = "n", Numbers = { 1, 2 }, Source = "src", HelpLink = "help" },
        ];
        await Ask(0);
        var text = string.Join(' ', kept.Select(static e => $"{e.GetType().Name}/{e.Message.Split(' ')[0].Trim()}"));
        var rich = (Rich)kept[^1];
        await Ask(1);
        return $"{text} {((ArgumentException)kept[0]).ParamName} {((ArgumentOutOfRangeException)kept[1]).ActualValue} {rich.Name} {rich.Numbers.Sum()} {rich.InnerException!.Message} {rich.HResult} {rich.Source} {rich.HelpLink}";
    }
}

public sealed class SharedFailure : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var failing = Later();
        var seen = await Durable.WhenAll(new[] { See(failing), See(failing), See(failing) });
        return $"{seen.Distinct().Count()} {seen[0].Message} {ReferenceEquals((await failing.Outcome()).Error, seen[2])}";
    }

    static async Durable<int> Later()
    {
        await Ask(1);
        await Ask(2);
        throw new OwnException("shared", 3);
    }

    static async Durable<Exception> See(Durable<int> failing)
    {
        try
        {
            await failing;
            return new InvalidOperationException("none");
        }
        catch (OwnException error)
        {
            await Ask(error.Code);
            return error;
        }
    }
}

public sealed class EndsInFailure : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        try
        {
            await Ask(1);
            throw new OwnException("the end", await Ask(2));
        }
        finally
        {
            await Ask("last words");
        }
    }
}
