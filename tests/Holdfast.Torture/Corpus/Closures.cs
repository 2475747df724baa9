namespace Holdfast.Torture.Corpus;

public sealed class LocalFunctions : CorpusWorkflow
{
    public async Durable<string> Run(int n)
    {
        var total = 0;
        var text = "";
        for (var i = 0; i < n; i++)
        {
            var square = i * i;
            await Add(square);
            text += Show(square);
        }
        return $"{total} {text} {await Static(4)} {await Deep<int>(3)}";

        async Durable Add(int value)
        {
            var asked = await Ask(value);
            total += asked;
            await AskSlowly(0);
        }

        string Show(int value) => $"[{value}/{total}]";

        static async Durable<int> Static(int value) => await Ask(value) * 2;

        async Durable<string> Deep<T>(T value)
        {
            return await Inner() + total;

            async Durable<string> Inner() => $"{await Ask(value)}{typeof(T).Name}";
        }
    }
}

public sealed class LambdaScopes : CorpusWorkflow
{
    int _field = 1;

    public async Durable<string> Run(int n)
    {
        var calls = new List<Func<int, int>>();
        var outer = 10;
        for (var i = 0; i < n; i++)
        {
            var inner = await Ask(i);
            calls.Add(x => x + inner + outer + _field);
            calls.Add(x => inner += x);
        }
        outer = 100;
        _field = await Ask(1000);
        var text = string.Join(',', calls.Select(call => call(1)));
        await Ask(0);
        Func<int, Durable<int>> durable = async x => await Ask(x + outer);
        Func<int, Durable<int>> own = async x =>
        {
            var before = await Ask(x);
            _field++;
            return before + _field;
        };
        return $"{text} {string.Join(',', calls.Select(call => call(1)))} {await durable(5)} {await own(6)} {_field}";
    }
}

public sealed class Delegates : CorpusWorkflow
{
    readonly Func<int, int> _fromInitializer = static v => v + 1;
    Action<string>? _all;

    public async Durable<string> Run()
    {
        var log = new List<string>();
        Func<string, int> parse = int.Parse;
        Func<int, int> method = Triple;
        _all += log.Add;
        _all += text => log.Add(text + text);
        var made = Make(7);
        await Ask(0);
        _all("x");
        log.Add($"{parse("12")} {method(2)} {made(1)} {_fromInitializer(4)}");
        return string.Join(' ', log);
    }

    int Triple(int n) => n * 3;

    static Func<int, int> Make(int n) => v => v + n;
}

#pragma warning disable HOLD013, HOLD015 // That changes in a step are lost, and later ones do not reach it, is what this one is for.
public sealed class StepsCopy : CorpusWorkflow
{
    readonly List<int> _mine = [1];

    public async Durable<string> Run()
    {
        var list = new List<int> { 1, 2 };
        var amount = 10;
        // The step gets what was captured when it was asked for, and whatever it changes is its own.
        var later = Step(async step =>
        {
            await StepLedger.RunAsync(step, null);
            list.Add(3);
            _mine.Add(2);
            return $"{amount}:{list.Count}:{_mine.Count}";
        });
        amount = 20;
        list.Add(99);
        var returned = await Step(async step =>
        {
            await StepLedger.RunAsync(step, null);
            return list;
        });
        returned.Add(5);
        return $"{await later} {amount} {list.Count} {_mine.Count} {returned.Count}";
    }
}
#pragma warning restore HOLD013, HOLD015
