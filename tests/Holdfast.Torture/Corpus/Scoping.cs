namespace Holdfast.Torture.Corpus;

public sealed class NestedDeadlines : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        try
        {
            await InScope(async outer =>
            {
                _log.Add(await Ask("outer"));
                try
                {
                    await InScope(async inner =>
                    {
                        _log.Add(await Ask("inner"));
                        try
                        {
                            await Delay(TimeSpan.FromDays(3));
                        }
                        finally
                        {
                            _log.Add($"{inner.IsCancelled}{outer.IsCancelled}");
                        }
                    }, deadline: TimeSpan.FromHours(1));
                }
                catch (OperationCanceledException)
                {
                    _log.Add(await Ask("inner over"));
                }
                var longer = await InScope(async _ => await Ask("longer"), deadline: TimeSpan.FromDays(30));
                _log.Add(longer);
                await Delay(TimeSpan.FromDays(10));
                _log.Add("wrong");
            }, deadline: TimeSpan.FromDays(2));
        }
        catch (OperationCanceledException)
        {
            _log.Add(await Ask("outer over"));
        }
        return string.Join(' ', _log);
    }
}

public sealed class CancelledFromBeside : CorpusWorkflow
{
    readonly List<string> _log = [];
    CancelScope? _scope;

    public async Durable<string> Run()
    {
        var outside = Outside();
        var work = InScope(async scope =>
        {
            _scope = scope;
            var loops = Durable.WhenAll(Loop("a", outside), Loop("b", outside));
            return await loops;
        });
        await Delay(TimeSpan.FromHours(5));
        _scope!.Cancel("enough");
        var settled = await work.Outcome();
        _log.Add($"{settled.Error!.GetType().Name} {settled.Error.Message} {_scope.Reason}");
        _log.Add($"{await outside}");
        return string.Join(' ', _log);
    }

    async Durable<int> Loop(string name, Durable<int> outside)
    {
        var rounds = 0;
        try
        {
            while (true)
            {
                await Delay(TimeSpan.FromHours(2));
                rounds += await Ask(1);
                if (rounds == 2 && name == "b") await outside;
            }
        }
        catch (OperationCanceledException)
        {
            _log.Add($"{name}{rounds}");
            try
            {
                await Ask("sticky");
                _log.Add("wrong");
            }
            catch (OperationCanceledException)
            {
                _log.Add(await Shield(async () => await Ask($"{name} shielded")));
            }
            throw;
        }
    }

    static async Durable<int> Outside()
    {
        await Delay(TimeSpan.FromDays(1));
        return await Ask(5);
    }
}

public sealed class ShieldsInShields : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        var settled = await InScope(async scope =>
        {
            var shielded = Shield(async () =>
            {
                _log.Add(await Ask("one"));
                await Delay(TimeSpan.FromDays(1));
                var inner = await InScope(async own =>
                {
                    own.Cancel("own");
                    try
                    {
                        return await Ask("never");
                    }
                    catch (OperationCanceledException error)
                    {
                        return await Shield(async () => await Ask(error.Message));
                    }
                }).Outcome();
                _log.Add(inner.Value ?? inner.Error!.Message);
                return await Ask("two");
            });
            scope.Cancel("scope");
            _log.Add(await shielded);
            return await Ask("not reached");
        }).Outcome();
        _log.Add(settled.Error?.Message ?? "wrong");
        return string.Join(' ', _log);
    }
}

public sealed class AskedToCancel : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run(bool gives)
    {
        try
        {
            await Ask("begin");
            await Durable.WhenAll(Delay(TimeSpan.FromDays(9)), Hang());
            return "wrong";
        }
        catch (OperationCanceledException error)
        {
            _log.Add(error.Message);
            await Shield(async () =>
            {
                _log.Add(await Ask("cleanup"));
                await Delay(TimeSpan.FromDays(1));
                _log.Add(await Ask("cleaned"));
            });
            if (gives) return string.Join(' ', _log);
            throw;
        }
        finally
        {
            _log.Add(await Shield(async () => await Ask(_log.Count)) > 2 ? "finally" : "wrong");
        }
    }

    async Durable Hang()
    {
        try
        {
            await Delay(TimeSpan.FromDays(20));
        }
        finally
        {
            _log.Add("hang");
        }
    }
}

public sealed class EndedScopes : CorpusWorkflow
{
    readonly List<string> _log = [];

    public async Durable<string> Run()
    {
        _log.Add(await InScope(async _ => await await Durable.WhenAny(Late("slow", 3), Late("quick", 1))));
        var sum = 0;
        try
        {
            await InScope(async _ =>
            {
                var left = Late("left", 9);
                await foreach (var done in Durable.WhenEach(Fail("failed"), Length(left))) sum += await done;
            });
        }
        catch (InvalidOperationException error)
        {
            _log.Add($"{error.Message}{sum}");
        }
        var outside = Late("outside", 20);
        var cut = await InScope(async _ => await Durable.WhenAll(Ask("inside"), outside), deadline: TimeSpan.FromHours(1)).Outcome();
        _log.Add(cut.Error!.GetType().Name);
        _log.Add(await outside);
        return string.Join(' ', _log);
    }

    async Durable<string> Late(string name, int hours)
    {
        try
        {
            await Delay(TimeSpan.FromHours(hours));
            return await Ask(name);
        }
        finally
        {
            _log.Add(await Shield(async () => await Ask($"-{name}")));
        }
    }

    static async Durable<int> Length(Durable<string> text) => (await text).Length;
}

public sealed class CancelledChildren : CorpusWorkflow
{
    public async Durable<string> Run()
    {
        var log = new List<string>();
        try
        {
            await InScope(async scope =>
            {
                var child = Child((Sleeper w) => w.Run(100));
                await Delay(TimeSpan.FromDays(2));
                log.Add(await Ask("waited"));
                scope.Cancel("no more children");
                await child;
            });
        }
        catch (OperationCanceledException error)
        {
            log.Add(error.Message);
        }
        catch (ChildFailedException)
        {
            log.Add("child");
        }
        log.Add($"{await Child((Sleeper w) => w.Run(1))}");
        return string.Join(' ', log);
    }

    public sealed class Sleeper : CorpusWorkflow
    {
        public async Durable<int> Run(int days)
        {
            await Delay(TimeSpan.FromDays(days));
            return await Ask(days);
        }
    }
}
