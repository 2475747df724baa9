namespace Holdfast;

/// <summary>What a step's attempt knows of itself. Thread-safe.</summary>
public sealed class StepContext
{
    readonly Runtime.Attempt _attempt;

    internal StepContext(Runtime.Attempt attempt) => _attempt = attempt;

    /// <summary>The run.</summary>
    public RunId RunId => _attempt.Run;

    /// <summary>The step's number in its run.</summary>
    public long Op => _attempt.Op;

    /// <summary>Which attempt this is, from 1. Attempts that were cut off by the end of a process count here.</summary>
    public int Attempt => _attempt.Number;

    /// <summary>Run and op as text: the same for every attempt of the step, and of no other step anywhere. Pass it to services that apply a key once.</summary>
    public string IdempotencyKey => $"{RunId}-{Op}";

    /// <summary>Signalled when the step times out, when its scope is cancelled, and when the process stops.</summary>
    public CancellationToken CancellationToken => _attempt.Token;
}

/// <summary>What a transaction step works on. Valid only while the step runs; not thread-safe.</summary>
public sealed class StepTransaction
{
    internal StepTransaction(System.Data.Common.DbConnection connection, RunId run, long op)
    {
        Connection = connection;
        RunId = run;
        Op = op;
    }

    /// <summary>The store's own connection, inside the transaction that commits the step's result. Its commands need no transaction object; do not commit or roll back.</summary>
    public System.Data.Common.DbConnection Connection { get; }

    /// <summary>The run.</summary>
    public RunId RunId { get; }

    /// <summary>The step's number in its run.</summary>
    public long Op { get; }

    /// <summary>Run and op as text: the same for every attempt of the step, and of no other step anywhere.</summary>
    public string IdempotencyKey => $"{RunId}-{Op}";
}
