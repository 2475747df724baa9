using Holdfast.Kernel;
using Holdfast.Simulation.Disk;
using Holdfast.Sqlite;
using Holdfast.Storage;
using Microsoft.Data.Sqlite;

namespace Holdfast.Simulation.Worlds;

/// <summary>Those about what is kept, of runs and beside them.</summary>
static partial class Sabotages
{
    static void Set<T>(StoreWrite write, string property, T value) => write.GetType().GetProperty(property)!.SetValue(write, value);

    sealed class RunsOnceAgain : Sabotage
    {
        public override StoredRun Loaded(SimulatedProcess process, StoredRun stored)
        {
            if (StateBytes.TryRead(stored.Run.State, out _) is not { } state) return stored;
            foreach (var op in state.Ops)
                if (op is StepOp step) step.AtMostOnce = false;
            typeof(NewRun).GetProperty(nameof(NewRun.State))!.SetValue(stored.Run, (ReadOnlyMemory<byte>)StateBytes.Of(state));
            return stored;
        }
    }

    sealed class PrunesEarly : Sabotage
    {
        public override ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var write in writes)
                if (write is PruneRuns) Set(write, nameof(PruneRuns.Default), new PruneRule(DateTimeOffset.MaxValue, null));
            return store.AppendAsync(writes, results);
        }
    }

    sealed class KeepsNone : Sabotage
    {
        public override ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var write in writes)
                if (write is PruneRuns { Default.KeepMax: not null } prune) Set(write, nameof(PruneRuns.Default), prune.Default with { KeepMax = 0 });
            return store.AppendAsync(writes, results);
        }
    }

    sealed class PrunesNothing : Sabotage
    {
        public override async ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var write in writes)
                if (write is PruneRuns) Set(write, nameof(PruneRuns.Default), default(PruneRule));
            await store.AppendAsync(writes, results);
        }
    }

    /// <summary>Whoever decided that it has failed has it done again.</summary>
    sealed class RetriesGivenUp : Sabotage
    {
        public override ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            var others = writes.Select(static write => write is PostMail { Mail: { Kind: MailKind.Decision, Payload.Length: > 0 } mail } post && StateCodec.DecodeOutcome(mail.Payload.Span).Kind == OutcomeKind.Failed
                ? new PostMail(post.Run, mail with { Payload = default }) { Epoch = post.Epoch } : write).ToArray();
            return store.AppendAsync(others, results);
        }
    }

    sealed class PrunesLive : Sabotage
    {
        public override async ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            await store.AppendAsync(writes, results);
            if (!results.Take(writes.Count).Any(static r => r.Pruned is { Runs: > 0 })) return;
            using var connection = new SqliteConnection($"Data Source=file:{Uri.EscapeDataString(Path.Combine(process.World.Root, process.Name, World.StoreName))}?vfs={process.World.Disk.Name};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM holdfast_run_info WHERE k = (SELECT min(k) FROM holdfast_run WHERE status = 1)";
            command.ExecuteNonQuery();
        }
    }

    sealed class TearsBackups : Sabotage
    {
        public override bool LosesWrite(in DiskCall call) => call.File.EndsWith(".partial", StringComparison.Ordinal) && call.Offset > 0 && call.Offset / call.Bytes % 3 == 0;
    }

    sealed class RestartsHalf : Sabotage
    {
        public override ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var write in writes)
                if (write is Transition { Outcome.Status: RunStatus.Terminated }) Set<IReadOnlyList<NewRun>>(write, nameof(Transition.Children), []);
            return store.AppendAsync(writes, results);
        }
    }

    sealed class ForgetsCalls : Sabotage
    {
        public override async ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var write in writes)
            {
                if (write is not TransactionStep { SettlesOp: false } step || !process.World.IsErrand(step.Run)) continue;
                var work = step.Work;
                Set<Func<System.Data.Common.DbConnection, TransactionAnswer>>(step, nameof(TransactionStep.Work), connection =>
                {
                    var before = Calls(connection);
                    var answer = work(connection);
                    return Calls(connection) > before ? answer with { Keep = false } : answer;
                });
            }
            await store.AppendAsync(writes, results);
            for (var i = 0; i < writes.Count; i++)
                if (writes[i] is TransactionStep { SettlesOp: false } step && process.World.IsErrand(step.Run) && results[i].Verdict == Verdict.Undone) results[i] = new(Verdict.Committed, step.Run, step.Key);
        }

        static long Calls(System.Data.Common.DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT count(*) FROM agents_call";
            return (long)command.ExecuteScalar()!;
        }
    }

    /// <summary>What a commit has done to the accounts that have none above them is undone.</summary>
    sealed class SparesParents : Sabotage
    {
        const string Top = "SELECT account, unit, reserved, spent FROM agents_budget WHERE account LIKE 'firm %'";

        public override ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var write in writes)
            {
                if (process.World.Accounts is null || write is not TransactionStep step) continue;
                var work = step.Work;
                Set<Func<System.Data.Common.DbConnection, TransactionAnswer>>(step, nameof(TransactionStep.Work), connection =>
                {
                    Run(connection, $"CREATE TEMP TABLE IF NOT EXISTS before AS {Top} AND 0; DELETE FROM before; INSERT INTO before {Top}");
                    var answer = work(connection);
                    Run(connection, "UPDATE agents_budget SET (reserved, spent) = (SELECT reserved, spent FROM before b WHERE b.account = agents_budget.account AND b.unit = agents_budget.unit) WHERE (account, unit) IN (SELECT account, unit FROM before)");
                    return answer;
                });
            }
            return store.AppendAsync(writes, results);
        }

        static void Run(System.Data.Common.DbConnection connection, string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    sealed class DropsDeadLetters : Sabotage
    {
        public override ValueTask AppendAsync(SimulatedProcess process, SqliteStore store, IReadOnlyList<StoreWrite> writes, WriteResult[] results)
        {
            foreach (var write in writes)
                if (write is Transition { DeadMail.Count: > 0 }) Set<IReadOnlyList<DeadMail>>(write, nameof(Transition.DeadMail), []);
            return store.AppendAsync(writes, results);
        }
    }
}
