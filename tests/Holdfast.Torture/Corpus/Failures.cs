namespace Holdfast.Torture.Corpus;

public sealed class TryCatchFinally : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run(int n)
    {
        for (var i = 0; i < n; i++)
        {
            try
            {
                _log.Add(await Ask($"try{i}"));
                if (i % 2 == 1) await Fail($"bad{i}");
                _log.Add("ok");
            }
            catch (InvalidOperationException error)
            {
                _log.Add(await Ask("catch"));
                _log.Add(error.Message);
            }
            finally
            {
                _log.Add(await Ask("finally"));
            }
        }
        return string.Join(' ', _log);
    }
}

public sealed class Rethrow : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var log = new List<string>();
        try
        {
            try
            {
                await Outer(log);
            }
            catch (Exception error) when (error.Message.StartsWith('n') && Note(log, "filter"))
            {
                log.Add(await Ask("wrong"));
            }
            catch (InvalidOperationException error)
            {
                log.Add(await Ask("wrapped"));
                throw new ArgumentException("outer: " + error.Message, error);
            }
        }
        catch (ArgumentException error)
        {
            log.Add($"{await Ask(error.InnerException!.GetType().Name)} {error.Message} {error.StackTrace!.Contains(nameof(Rethrow), StringComparison.Ordinal)}");
        }
        return string.Join(", ", log);
    }

    static async Durable Outer(List<string> log)
    {
        try
        {
            await Inner(log);
        }
        catch
        {
            log.Add(await Ask("again"));
            throw;
        }
        finally
        {
            log.Add(await Ask("outer finally"));
        }
    }

    static async Durable Inner(List<string> log)
    {
        try
        {
            await Fail("deep");
        }
        finally
        {
            log.Add(await AskSlowly("inner finally"));
        }
    }

    static bool Note(List<string> log, string text)
    {
        log.Add(text);
        return false;
    }
}

public sealed class Filters : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var text = "";
        foreach (var limit in new List<int> { 1, 2, 3 })
        {
            try
            {
                await Fail($"{limit}");
            }
            catch (InvalidOperationException error) when (error.Message == "2")
            {
                text += await Ask("two ");
            }
            catch (Exception error) when (limit > 2 || error is ArgumentException)
            {
                text += await Ask("late ");
            }
            catch (Exception)
            {
                text += "other ";
            }
        }
        return text.Trim();
    }
}

public sealed class Using : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        using (var first = new Marker(_log, "first"))
        {
            _log.Add(await Ask("in"));
            using var second = new Marker(_log, "second");
            try
            {
                await Fail("no");
            }
            catch (InvalidOperationException)
            {
                _log.Add(await Ask("caught"));
            }
        }
        return string.Join(' ', _log);
    }

    sealed class Marker(List<string> log, string name) : IDisposable
    {
        public void Dispose() => log.Add($"-{name}");
    }
}

public sealed class ReturnsFromTry : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        var results = new List<int>();
        for (var i = 0; i < 3; i++) results.Add(await Try(i));
        return $"{string.Join(',', results)} {string.Join(',', _log)}";
    }

    async Durable<int> Try(int way)
    {
        while (true)
        {
            try
            {
                if (way == 0) return await Ask(10);
                if (way == 1) break;
                await Fail("third");
            }
            catch (InvalidOperationException)
            {
                return await Ask(30);
            }
            finally
            {
                _log.Add(await Ask($"f{way}"));
            }
        }
        return await Ask(20);
    }
}

public sealed class OwnException(string message, int code) : Exception(message)
{
    public int Code { get; } = code;
}

public sealed class ExceptionsAcrossFrames : CorpusWorkflow
{
    public async Durable<string> Run(int depth)
    {
        var text = "";
        try
        {
            await Down(depth);
        }
        catch (OwnException error)
        {
            text += $"{error.Message} {error.Code} {error.Data["level"]} ";
        }
        var settled = await Down(1).Outcome();
        text += $"{settled.Succeeded} {settled.Error!.Message} ";
        try
        {
            await Durable.WhenAll(Fail("first"), Ask(1), Fail("second"));
        }
        catch (InvalidOperationException error)
        {
            text += error.Message;
        }
        return text;
    }

    static async Durable<int> Down(int depth)
    {
        if (depth > 0) return await Down(await Ask(depth - 1)) + 1;
        throw new OwnException("bottom", 7) { Data = { ["level"] = depth } };
    }
}
