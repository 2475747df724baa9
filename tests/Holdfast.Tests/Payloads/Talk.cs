using Holdfast.Tests.Runs;

namespace Holdfast.Tests.Payloads;

public sealed record Start(string Word, bool Transacts = false);

/// <summary>Takes a word everywhere that a run can keep one. The word comes as input, so that it stands in no code.</summary>
public sealed class Talk(Probe probe) : Workflow
{
    public const string Word = "kumquat";
    public static readonly Signal<string> Heard = new("heard");
    public static readonly Signal<Dictionary<string, int>> Counts = new("counts");
    static readonly StepOptions Once = new() { Retry = RetryPolicy.None };
    static readonly StepOptions Twice = new() { Retry = RetryPolicy.Default with { MaxAttempts = 2, FirstDelay = TimeSpan.FromMilliseconds(1) }, HeartbeatTimeout = TimeSpan.FromMinutes(5) };

    readonly List<string> _said = [];

    [Update]
    public string Tell(string what)
    {
        if (what.StartsWith('!')) throw new InvalidOperationException(what);
        _said.Add(what);
        return what;
    }

    [Query]
    public int Count => _said.Count;

    /// <summary>What the run returns when it was told and heard this.</summary>
    public static string Expected(string told, string heard, string word = Word) =>
        $"{word}{word.Length * 10_000},{word} again,no {word},{word},{word}?,{word}0,{word}1,{word}2,{told}{heard},{word.Length * 10_000}";

    public async Durable<string> Run(Start start)
    {
        var word = start.Word;
        var big = string.Concat(Enumerable.Repeat(word, 10_000));
        _said.Add(await Step(async step =>
        {
            await probe.Do("first", step);
            return $"{word}{big.Length}";
        }));
        _said.Add(await Step(
            step =>
            {
                if (step.Attempt > 1) return Task.FromResult(step.TryGetDetails<string>(out var details) ? details : "nothing");
                step.Heartbeat($"{word} again");
                throw new InvalidOperationException($"not yet, {word}");
            },
            Twice));
        try
        {
            await InSaga(async saga =>
            {
                saga.Compensate(step => probe.Do($"undo {word}", step));
                await Step(() => throw new InvalidOperationException($"no {word}"), Once);
            });
        }
        catch (InvalidOperationException error)
        {
            _said.Add(error.Message);
        }
        _said.Add(await Call<string>("echo", word));
        _said.Add(await Child((Whisper w) => w.Run(word)));
        _said.AddRange(await Durable.WhenAll(Enumerable.Range(0, 3).Select(i => Step(() => Task.FromResult($"{word}{i}"))).ToList()));
        if (start.Transacts) _said.Add(await Transaction(_ => word));
        _said.Add(await Receive(Heard));
        _said.Add($"{big.Length}");
        return string.Join(',', _said);
    }
}

/// <summary>A short one, for a child.</summary>
public sealed class Whisper : Workflow
{
    public async Durable<string> Run(string word)
    {
        await Delay(TimeSpan.FromMilliseconds(1));
        return word + "?";
    }
}

/// <summary>Waits for what cannot be read, and for its end.</summary>
public sealed class Listens : Workflow
{
    public async Durable<int> Run(string word)
    {
        var counts = await Receive(Talk.Counts);
        return counts.Count + word.Length;
    }
}
