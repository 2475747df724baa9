using Holdfast.Simulation.Disk;
using Holdfast.Storage;

namespace Holdfast.Simulation.Worlds;

/// <summary>Lets the faults of the scenario happen, one after the other.</summary>
sealed class Chaos
{
    /// <summary>How many deaths a world has at least: faults may miss, or fall together.</summary>
    const int DeathsMin = 3;

    readonly World _world;
    readonly Random _lot;
    readonly Queue<Fault> _faults;
    int _next;
    int _calls;
    DiskAnswer _answer;
    Predicate<DiskOperation> _affects = static _ => false;
    bool _cutsPower;
    int _steps;
    int _fullUntil;
    int _slowUntil;
    bool _refuses;
    bool _isLooking;

    public Chaos(World world, IEnumerable<Fault> faults, bool hadTakeOver)
    {
        (_world, _faults, HadTakeOver) = (world, new(faults), hadTakeOver);
        _lot = world.LotFor("chaos");
        world.Disk.Hook = Decide;
        world.Disk.Died = process => world.DiedInCall(process, _cutsPower);
        _next = _faults.TryPeek(out var first) ? first.Gap : 0;
    }

    /// <summary>Whether all has happened, and the disk is as good as new.</summary>
    public bool IsOver => _faults.Count == 0 && _world.Deaths >= DeathsMin && _calls == 0 && _steps == 0 && _fullUntil == 0 && _slowUntil == 0 && !_refuses;

    /// <summary>Whether a second process took over from one that lived on.</summary>
    public bool HadTakeOver { get; private set; }

    /// <summary>How long half a commit takes.</summary>
    public TimeSpan Latency() => _slowUntil > 0 ? TimeSpan.FromMilliseconds(_lot.Next(500, 8_000)) : TimeSpan.FromMicroseconds(_lot.Next(20, 400));

    public bool HoldsUp() => _lot.Next(10) == 0;

    /// <summary>Lets happen what is due.</summary>
    public void Go()
    {
        var now = _world.Agenda.Done;
        if (_fullUntil > 0 && now >= _fullUntil) _fullUntil = 0;
        if (_slowUntil > 0 && now >= _slowUntil) _slowUntil = 0;
        // While one waits for its call, the next one waits for it.
        if (now < _next || _calls > 0 || _world.Current is not { IsUp: true } current) return;
        if (_faults.Count == 0)
        {
            _next = now + 40;
            if (_world.Deaths < DeathsMin) _world.Kill(current);
            return;
        }
        var fault = _faults.Dequeue();
        _next = now + (_faults.TryPeek(out var then) ? then.Gap : 0);
        _world.Note("chaos", fault.Kind.ToString(), fault.Number);
        switch (fault.Kind)
        {
            case FaultKind.Kill: _world.Kill(current); break;
            case FaultKind.PowerCut: _world.CutPower(); break;
            case FaultKind.KillInCall: InCall(fault.Coin ? DiskAnswer.DieBefore : DiskAnswer.DieAfter, static o => o != DiskOperation.Read, fault.Number, cutsPower: false); break;
            case FaultKind.PowerCutInCall: InCall(fault.Coin ? DiskAnswer.DieBefore : DiskAnswer.DieAfter, static o => o != DiskOperation.Read, fault.Number, cutsPower: true); break;
            case FaultKind.FailedSync: InCall(DiskAnswer.Fail, static o => o == DiskOperation.Sync, 1 + (fault.Number / 8), cutsPower: false); break;
            case FaultKind.FailedWrite: InCall(DiskAnswer.Fail, static o => o == DiskOperation.Write, fault.Number, cutsPower: false); break;
            case FaultKind.FailedRead: InCall(DiskAnswer.Fail, static o => o == DiskOperation.Read, fault.Number, cutsPower: false); break;
            case FaultKind.RefusedTurn: _refuses = true; break;
            case FaultKind.KillInStep: _steps = 1 + (fault.Number / 6); break;
            case FaultKind.FullDisk: _fullUntil = now + (fault.Number * 5); break;
            case FaultKind.SlowDisk: _slowUntil = now + (fault.Number * 3); break;
            case FaultKind.ClockJump: _world.Clock.Jump(TimeSpan.FromSeconds(fault.Number * (fault.Coin ? 60 : -1))); break;
            case FaultKind.TakeOver:
                HadTakeOver = true;
                _world.Start();
                break;
            case FaultKind.Backup: _world.Watch(_world.BackUpAsync(current)); break;
            case FaultKind.Refused: _world.CheckRefused(current); break;
            case FaultKind.Restart: _world.Restart(current); break;
            case FaultKind.Deploy: _world.Deploy(current); break;
            case FaultKind.PruneByHand: _world.Watch(_world.PruneByHandAsync(fault)); break;
        }
    }

    /// <summary>Whether the process dies at this place in a step.</summary>
    public bool DiesInStep(SimulatedProcess process, string where)
    {
        if (_steps == 0 || --_steps > 0) return false;
        _world.Note("chaos", where);
        _world.Kill(process);
        return true;
    }

    /// <summary>Whether the store takes this turn of a run's code, and no other one, for too much.</summary>
    public bool Refuses(StoreWrite write)
    {
        if (!_refuses || write is not Transition { Outcome: null, Snapshot.IsEmpty: false }) return false;
        _refuses = false;
        return true;
    }

    /// <summary>Lets the world itself look at the store: no fault is for it.</summary>
    public T Look<T>(Func<T> look)
    {
        _isLooking = true;
        try
        {
            return look();
        }
        finally
        {
            _isLooking = false;
        }
    }

    void InCall(DiskAnswer answer, Predicate<DiskOperation> affects, int calls, bool cutsPower) => (_answer, _affects, _calls, _cutsPower) = (answer, affects, calls, cutsPower);

    DiskAnswer Decide(in DiskCall call)
    {
        if (_isLooking) return DiskAnswer.Pass;
        if (call.Operation != DiskOperation.Read) _world.Note(call.Process, call.Operation.ToString(), call.Offset, call.Bytes);
        if (_calls > 0 && _affects(call.Operation) && --_calls == 0)
        {
            _world.Note("chaos", _answer.ToString());
            return _answer;
        }
        if (_fullUntil > 0 && call.Operation == DiskOperation.Write) return DiskAnswer.Full;
        if (call.Operation == DiskOperation.Write && _world.Sabotage.LosesWrite(call)) return DiskAnswer.Lie;
        return call.Operation == DiskOperation.Sync && _world.Sabotage.LiesAboutSyncs ? DiskAnswer.Lie : DiskAnswer.Pass;
    }
}
