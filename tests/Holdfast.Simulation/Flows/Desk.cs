using System.Globalization;
using Holdfast.Agents;
using Holdfast.Simulation.Worlds;

namespace Holdfast.Simulation.Flows;

/// <summary>The world outside, as the code of one process sees it. What a dead process still asks for is never answered.</summary>
public sealed class Desk
{
    readonly SimulatedProcess _process;
    readonly Ledger _ledger;

    internal Desk(SimulatedProcess process) => (_process, _ledger) = (process, process.World.Ledger);

    /// <summary>A place outside of steps' own code at which the process may die.</summary>
    internal Task MayDieAsync(string where) => _process.MayDieAsync(where);

    public DateTimeOffset UtcNow => _process.World.Clock.UtcNow;

    /// <summary>What a job on this value gives.</summary>
    public static long ResultOf(int value) => (value * 3L) + 1;

    public void CheckNotEarly(RunId run, DateTimeOffset due)
    {
        if (UtcNow < due) _process.World.Complain($"a timer of {_process.World.NameOf(run)} fired {due - UtcNow} early");
    }

    /// <summary>A run has begun in this build; until that is durable, it may begin in another one.</summary>
    public void RunsIn(RunId run, string build) => _process.World.BuildOf[run] = build;

    public void GoesOnIn(RunId run, string build)
    {
        if (_process.World.BuildOf[run] != build) _process.World.Complain($"{_process.World.NameOf(run)} began in the {_process.World.BuildOf[run]} build, and goes on in the {build}");
    }

    public async Task<long> WorkAsync(StepContext step, Job job)
    {
        var entry = _ledger.Begin(_process, step, job.ToString(), job.Once);
        await _process.MayDieAsync("before its effect");
        if (job.Millis > 0) await _process.PauseAsync(TimeSpan.FromMilliseconds(job.Millis), "work");
        if (entry.Failures < job.Fails)
        {
            entry.Failures++;
            throw new InvalidOperationException("It did not work.");
        }
        _ledger.Do(_process, entry, ResultOf(job.Value));
        await _process.MayDieAsync("after its effect");
        _process.World.Sabotage.Worked(_process, step, ResultOf(job.Value));
        return ResultOf(job.Value);
    }

    public async Task<string> BigAsync(StepContext step, int value, int length)
    {
        var entry = _ledger.Begin(_process, step, string.Create(CultureInfo.InvariantCulture, $"big {value} {length}"), once: false);
        await _process.PauseAsync(TimeSpan.FromMilliseconds(1), "big");
        _ledger.Do(_process, entry, length);
        return BigOf(value, length);
    }

    public static string BigOf(int value, int length) => new((char)('a' + (value % 26)), length);

    public async Task<long> BeatAsync(StepContext step, int value)
    {
        var entry = _ledger.Begin(_process, step, string.Create(CultureInfo.InvariantCulture, $"beat {value}"), once: false);
        var from = step.TryGetDetails<int>(out var details) ? details : 0;
        for (var i = from; i < 4; i++)
        {
            await _process.PauseAsync(TimeSpan.FromSeconds(2), "beat");
            step.Heartbeat(i);
            // Falls silent once, and is found.
            if (i == 1 && entry.Failures++ == 0) await _process.PauseAsync(TimeSpan.FromSeconds(30), "silence");
        }
        _ledger.Do(_process, entry, ResultOf(value));
        return ResultOf(value);
    }

    public async Task<long> HangAsync(StepContext step, int value, bool once)
    {
        var entry = _ledger.Begin(_process, step, string.Create(CultureInfo.InvariantCulture, $"hang {value}"), once);
        if (entry.Failures++ == 0)
        {
            var given = new TaskCompletionSource();
            // Code that is told to end may answer with an exception.
            if (value % 3 == 0) step.CancellationToken.Register(static () => throw new InvalidOperationException("It does not want to end."));
            using var told = step.CancellationToken.Register(() => given.TrySetCanceled());
            await given.Task;
        }
        _ledger.Do(_process, entry, ResultOf(value));
        return ResultOf(value);
    }

    public async Task<long> BookAsync(StepContext step, string tour, int place)
    {
        var entry = _ledger.Begin(_process, step, string.Create(CultureInfo.InvariantCulture, $"book {tour} {place}"), once: false);
        await _process.PauseAsync(TimeSpan.FromMilliseconds(place % 30), "book");
        _ledger.Do(_process, entry, place);
        _ledger.Booked.Add((tour, place));
        return place;
    }

    public async Task UnbookAsync(StepContext step, string tour, int place)
    {
        var entry = _ledger.Begin(_process, step, string.Create(CultureInfo.InvariantCulture, $"unbook {tour} {place}"), once: false);
        await _process.MayDieAsync("before its effect");
        _ledger.Do(_process, entry, place);
        _ledger.Booked.Remove((tour, place));
    }

    public long Write(StepTransaction step, int value)
    {
        using var command = step.Connection.CreateCommand();
        command.CommandText = "CREATE TABLE IF NOT EXISTS sim_row (key TEXT, value INTEGER); INSERT INTO sim_row VALUES ($key, $value)";
        var (key, number) = (command.CreateParameter(), command.CreateParameter());
        (key.ParameterName, key.Value) = ("$key", step.IdempotencyKey);
        (number.ParameterName, number.Value) = ("$value", value);
        command.Parameters.Add(key);
        command.Parameters.Add(number);
        command.ExecuteNonQuery();
        return ResultOf(value);
    }

    /// <summary>Notes in the file that it begins, has its effect, and notes with its result that it is settled.</summary>
    public async Task<long> KeepBooksAsync(StepContext step, Job job)
    {
        var entry = _ledger.Begin(_process, step, job.ToString(), job.Once);
        var found = await step.TransactAsync(static tx => Scalar(tx, "CREATE TABLE IF NOT EXISTS sim_book (key TEXT PRIMARY KEY, phase TEXT); INSERT INTO sim_book VALUES ($key, 'begun') ON CONFLICT DO UPDATE SET key = key RETURNING phase"));
        if (found is "settled") _process.World.Complain($"step {step.Op} of {_process.World.NameOf(step.RunId)} is settled in the file, and runs again");
        await _process.MayDieAsync("before its effect");
        if (job.Millis > 0) await _process.PauseAsync(TimeSpan.FromMilliseconds(job.Millis), "books");
        _ledger.Do(_process, entry, ResultOf(job.Value));
        await _process.MayDieAsync("after its effect");
        step.CommitWithResult(static tx => Scalar(tx, "UPDATE sim_book SET phase = 'settled' WHERE key = $key"));
        return ResultOf(job.Value);
    }

    /// <summary>What a tool does. The world outside does nothing for an owner that was replaced, once it was asked by the new one.</summary>
    internal async Task<long> ActAsync(string key, int value, bool repeats)
    {
        await _process.MayDieAsync("before its effect");
        if (!repeats && _process.Epoch != _process.World.Epoch) throw new InvalidOperationException("Somebody else acts for this engine now.");
        var times = _ledger.Acted.GetValueOrDefault(key);
        if (times > 0 && !repeats) _process.World.Complain($"the call {key} was carried out twice");
        _ledger.Acted[key] = times + 1;
        await _process.MayDieAsync("after its effect");
        return ResultOf(value);
    }

    /// <summary>What costs something, of which it does not always say how much.</summary>
    internal async Task<long> BuyAsync(Piece piece, EffectContext call)
    {
        if (piece.Value % 3 == 0) _ledger.Silent.Add(call.IdempotencyKey);
        else call.Cost = new() { Money = 2 };
        return await ActAsync(call.IdempotencyKey, piece.Value, repeats: true);
    }

    /// <summary>What only looks, and by its value fails at first.</summary>
    internal async Task<long> LookUpAsync(Piece piece, EffectContext call)
    {
        await _process.MayDieAsync("while it looks up");
        if (piece.Value % 5 == 0 && _ledger.Looked.Add(call.IdempotencyKey)) throw new InvalidOperationException("It did not work.");
        return ResultOf(piece.Value);
    }

    /// <summary>What a handler does that a tool calls: by its value it fails at first, before its effect or after it. It is judged by the key that it was given, which is to be the call's.</summary>
    internal async Task<long> HandleAsync(StepContext step, int value, EffectKind kind)
    {
        var entry = _ledger.Begin(_process, step, string.Create(CultureInfo.InvariantCulture, $"{kind} {value}"), once: kind == EffectKind.AtMostOnce);
        var fails = value % 5 < 2 && entry.Failures++ == 0;
        if (fails && value % 5 == 0) throw new InvalidOperationException("It did not work.");
        if (kind != EffectKind.ReadOnly) await ActAsync(step.IdempotencyKey, value, repeats: kind == EffectKind.Idempotent);
        else await _process.MayDieAsync("while it looks");
        if (fails) throw new InvalidOperationException("It worked, and did not say so.");
        _ledger.Do(_process, entry, ResultOf(value));
        return ResultOf(value);
    }

    internal Task<Reconciled<long>> AskAsync(EffectContext call, int value) =>
        Task.FromResult(_ledger.Acted.ContainsKey(call.IdempotencyKey) ? Reconciled.Happened(ResultOf(value)) : Reconciled.DidNotHappen<long>());

    static object? Scalar(StepTransaction step, string sql)
    {
        using var command = step.Connection.CreateCommand();
        command.CommandText = sql;
        var key = command.CreateParameter();
        (key.ParameterName, key.Value) = ("$key", step.IdempotencyKey);
        command.Parameters.Add(key);
        return command.ExecuteScalar();
    }

    internal async Task<long> DoubleAsync(int value, StepContext step)
    {
        var entry = _ledger.Begin(_process, step, string.Create(CultureInfo.InvariantCulture, $"double {value}"), once: false);
        await _process.PauseAsync(TimeSpan.FromMilliseconds(value % 50), "double");
        _ledger.Do(_process, entry, value * 2L);
        return value * 2L;
    }
}
