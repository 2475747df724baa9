using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Holdfast.Bench;

/// <summary>
/// A world outside of the engine that answers steps at planned times, whether the engine keeps up or not: an open loop. Each lane's answers are due at equal distances, all lanes'
/// together at a fixed rate. Latency is counted from the time for which an answer was planned: an engine that falls behind has every answer that it is late for counted with the whole of
/// its lateness.
/// </summary>
/// <remarks>Against what Gil Tene calls coordinated omission ("How NOT to Measure Latency", 2015).</remarks>
sealed partial class Pacing
{
    readonly Lane[] _lanes;
    volatile Plan? _plan;
    long _count;

    public Pacing(int lanes) => _lanes = [.. Enumerable.Range(0, lanes).Select(static _ => new Lane())];

    /// <summary>How many answers were given.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>From the planned time of an answer to the code of the next step of the same run.</summary>
    public LatencyHistogram Steps { get; } = new();

    /// <summary>The same, since the last look.</summary>
    public LatencyHistogram StepsOfInterval { get; } = new();

    /// <summary>From the planned time of a run's last answer to the code of the first step of the lane's next run.</summary>
    public LatencyHistogram Turnovers { get; } = new();

    /// <summary>From the planned time of an answer to the moment in which it was given: what the measurement adds by itself.</summary>
    public LatencyHistogram Dispatches { get; } = new();

    /// <summary>The code of a step: what it waits for. Without a plan, it waits for nothing.</summary>
    /// <param name="lane">Whose step.</param>
    /// <param name="isFirst">Whether it is the first one of its run.</param>
    /// <param name="answer">What it gives back.</param>
    public Task<string> AnswerAsync(int lane, bool isFirst, string answer)
    {
        var slot = _lanes[lane];
        lock (slot)
        {
            // In here, so that whoever asks after its answer was passed by knows that it is due.
            var (now, plan) = (Stopwatch.GetTimestamp(), _plan);
            if (slot.Plan != plan) (slot.Plan, slot.Next, slot.AnsweredDue) = (plan, 0, 0);
            if (slot.AnsweredDue != 0) Record(isFirst, slot.AnsweredDue, now);
            if (plan is null)
            {
                Interlocked.Increment(ref _count);
                return Task.FromResult(answer);
            }
            var due = plan.DueOf(lane, slot.Next++);
            slot.AnsweredDue = due;
            if (now >= due)
            {
                // The engine is late: the world had its answer ready before it was asked.
                Interlocked.Increment(ref _count);
                return Task.FromResult(answer);
            }
            slot.Answer = answer;
            return (slot.Waiting = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>From now on, answers come at this rate, beginning after a while in which every lane comes to wait for its first one.</summary>
    public void Begin(double answersPerSecond, TimeSpan lead)
    {
        var plan = new Plan(_lanes.Length, Stopwatch.GetTimestamp() + (long)(lead.TotalSeconds * Stopwatch.Frequency), Stopwatch.Frequency / answersPerSecond);
        _plan = plan;
        new Thread(() => Give(plan)) { IsBackground = true, Name = "Pacing" }.Start();
    }

    /// <summary>Everything is answered at once, from now on.</summary>
    public void End()
    {
        _plan = null;
        foreach (var lane in _lanes)
            lock (lane) Answer(lane);
    }

    /// <summary>Begins to count latencies anew.</summary>
    public void Forget()
    {
        foreach (var histogram in (LatencyHistogram[])[Steps, StepsOfInterval, Turnovers, Dispatches]) histogram.Clear();
    }

    void Record(bool isFirst, long due, long now)
    {
        if (isFirst)
        {
            Turnovers.Record(due, now);
            return;
        }
        Steps.Record(due, now);
        StepsOfInterval.Record(due, now);
    }

    /// <summary>Gives each answer when it is due, to the lanes that wait for it; one that has not asked yet gets it when it asks.</summary>
    void Give(Plan plan)
    {
        SharpenSleep();
        for (long number = 0; _plan == plan; number++)
        {
            var (lane, round) = ((int)(number % _lanes.Length), number / _lanes.Length);
            var due = plan.DueOf(lane, round);
            while (Stopwatch.GetTimestamp() < due && _plan == plan) Sleep();
            lock (_lanes[lane])
            {
                // It has asked for this very answer, or for none yet.
                if (_lanes[lane].Plan == plan && _lanes[lane].Next == round + 1 && Answer(_lanes[lane])) Dispatches.Record(due, Stopwatch.GetTimestamp());
            }
        }
    }

    bool Answer(Lane lane)
    {
        if (lane.Waiting is not { } waiting) return false;
        lane.Waiting = null;
        Interlocked.Increment(ref _count);
        waiting.SetResult(lane.Answer);
        return true;
    }

    /// <summary>A tenth of a millisecond: the framework's own sleep takes a whole one at least, which would be most of what is measured.</summary>
    static void Sleep()
    {
        if (OperatingSystem.IsLinux())
        {
            var time = new TimeSpec { Nanoseconds = 100_000 };
            _ = NanoSleep(in time, 0);
        }
        else
        {
            Thread.Sleep(1);
        }
    }

    /// <summary>Linux lets sleeping threads oversleep by 50 us; not this one.</summary>
    static void SharpenSleep()
    {
        const int SetTimerSlack = 29;
        if (OperatingSystem.IsLinux()) _ = Control(SetTimerSlack, 1, 0, 0, 0);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec time, nint rest);

    [LibraryImport("libc", EntryPoint = "prctl")]
    private static partial int Control(int option, ulong second, ulong third, ulong fourth, ulong fifth);

    struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>When which answer is due: one after the other around all lanes.</summary>
    sealed class Plan(int lanes, long start, double distance)
    {
        public long DueOf(int lane, long round) => start + (long)(((round * lanes) + lane) * distance);
    }

    sealed class Lane
    {
        public Plan? Plan;
        /// <summary>How many answers were asked for.</summary>
        public long Next;
        /// <summary>When the answer was due that the last step asked for; 0 for none.</summary>
        public long AnsweredDue;
        public string Answer = "";
        public TaskCompletionSource<string>? Waiting;
    }
}
