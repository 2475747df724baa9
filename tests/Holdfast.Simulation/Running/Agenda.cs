namespace Holdfast.Simulation.Running;

/// <summary>Who does something: a process, or the world around. What the dead had still to do is not done.</summary>
class Actor(string name)
{
    public string Name { get; } = name;

    public bool IsDead { get; protected set; }
}

/// <summary>
/// What is to be done: now, in an order that is drawn by lot, or later. Time passes only here. One thread does one thing after the other.
/// </summary>
sealed class Agenda(Random lot, Trace trace)
{
    /// <summary>How far something later may get ahead of what could be done now: as far as a thread may be held up.</summary>
    static readonly long HoldUpMax = TimeSpan.FromSeconds(1).Ticks;

    readonly List<Entry> _ready = [];
    readonly PriorityQueue<Entry, (long Due, long Number)> _later = new();
    readonly int _thread = Environment.CurrentManagedThreadId;
    long _numbers;

    /// <summary>How long the world has lasted, in ticks.</summary>
    public long Elapsed { get; private set; }

    /// <summary>How many things were done.</summary>
    public int Done { get; private set; }

    /// <summary>What ran away to another thread, if anything did: then nothing that follows can be repeated.</summary>
    public string? Escaped { get; private set; }

    public void Now(Actor actor, string what, Action work)
    {
        CheckThread(what);
        _ready.Add(new(actor, what, work));
    }

    /// <summary>Something to be done after a time; it can be taken back.</summary>
    public Entry After(Actor actor, TimeSpan time, string what, Action work)
    {
        CheckThread(what);
        var entry = new Entry(actor, what, work);
        if (time <= TimeSpan.Zero) _ready.Add(entry);
        else _later.Enqueue(entry, (Elapsed + time.Ticks, ++_numbers));
        return entry;
    }

    /// <summary>Goes on after a time, or never if the actor dies meanwhile.</summary>
    public Task PauseAsync(Actor actor, TimeSpan time, string what)
    {
        var done = new TaskCompletionSource();
        After(actor, time, what, done.SetResult);
        return done.Task;
    }

    /// <summary>Does the next thing; false when there is nothing left to do.</summary>
    public bool DoNext()
    {
        while (true)
        {
            _ready.RemoveAll(static e => !e.IsWanted);
            while (_later.TryPeek(out var first, out _) && !first.IsWanted) _later.Dequeue();
            Entry next;
            if (_ready.Count > 0 && !(_later.TryPeek(out _, out var due) && due.Due - Elapsed < HoldUpMax && lot.Next(24) == 0))
            {
                var at = lot.Next(4) == 0 ? lot.Next(_ready.Count) : 0;
                next = _ready[at];
                _ready.RemoveAt(at);
            }
            else if (_later.TryDequeue(out var later, out var when))
            {
                next = later;
                Elapsed = Math.Max(Elapsed, when.Due);
            }
            else return false;
            if (!next.IsWanted) continue;
            Done++;
            trace.Add(Elapsed, next.Actor.Name, next.What);
            next.Do();
            return true;
        }
    }

    void CheckThread(string what)
    {
        if (Environment.CurrentManagedThreadId != _thread) Escaped ??= what;
    }

    /// <summary>One thing to be done, once.</summary>
    public sealed class Entry(Actor actor, string what, Action work)
    {
        bool _isOver;

        public Actor Actor { get; } = actor;

        public string What { get; } = what;

        public bool IsWanted => !_isOver && !Actor.IsDead;

        public void TakeBack() => _isOver = true;

        public void Do()
        {
            _isOver = true;
            work();
        }
    }
}
