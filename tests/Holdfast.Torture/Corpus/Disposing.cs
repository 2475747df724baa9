namespace Holdfast.Torture.Corpus;

public sealed class UsingFrames : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        for (var i = 0; i < 2; i++)
        {
            using var outer = new Token(_log, $"o{i}");
            try
            {
                using (Token inner = new(_log, "i"), second = new(_log, await Ask("s")))
                {
                    _log.Add(await Ask($"{inner.Name}{second.Name}"));
                    if (i == 1) throw new InvalidOperationException("stop");
                }
            }
            catch (InvalidOperationException error)
            {
                _log.Add(await Ask(error.Message));
            }
            using var box = new Cell(_log) as IDisposable;
            using Cell cell = new(_log);
            await Ask(i);
        }
        return string.Join(' ', _log);
    }

    sealed class Token(List<string> log, string name) : IDisposable
    {
        public string Name { get; } = name;

        public void Dispose() => log.Add($"-{Name}");
    }

    readonly struct Cell(List<string> log) : IDisposable
    {
        public void Dispose() => log.Add("-cell");
    }
}

/// <summary>A user's <c>DisposeAsync</c> may await durables when it returns one itself: <c>await using</c> asks for the shape only.</summary>
public sealed class AwaitUsing : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        for (var i = 0; i < 3; i++)
        {
            try
            {
                await using var outer = new Held(_log, $"o{i}");
                await using (var inner = new Held(_log, "i"))
                {
                    _log.Add(await Ask(inner.Name + outer.Name));
                    if (i == 1) await Fail("failed");
                    if (i == 2) continue;
                }
                _log.Add(await Ask("after"));
            }
            catch (InvalidOperationException error)
            {
                _log.Add(error.Message);
            }
        }
        return string.Join(' ', _log);
    }

    sealed class Held(List<string> log, string name)
    {
        public string Name => name;

        public async Durable DisposeAsync()
        {
            log.Add(await Ask($"-{name}"));
            await Ask(log.Count);
        }
    }
}
