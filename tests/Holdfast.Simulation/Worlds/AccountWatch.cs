using System.Data.Common;
using Holdfast.Storage;

namespace Holdfast.Simulation.Worlds;

/// <summary>Looks at all accounts before each commit of a step, and so after the one before it; and when one is undone, whether there was too little for what it may have wanted.</summary>
sealed class AccountWatch(World world)
{
    public const string TooLittleForCall = "too little for a call", TooLittleForQuestion = "too little for a question";

    public void Over(IReadOnlyList<StoreWrite> writes)
    {
        foreach (var write in writes)
        {
            if (write is not TransactionStep step) continue;
            var work = step.Work;
            typeof(TransactionStep).GetProperty(nameof(TransactionStep.Work))!.SetValue(step, new Func<DbConnection, TransactionAnswer>(connection =>
            {
                var books = world.Chaos.Look(() => AccountBooks.Read(connection));
                if (books?.Problems(world.Ledger.Silent).FirstOrDefault() is { } problem) world.Complain($"the accounts do not agree with what draws on them: {problem}");
                var answer = work(connection);
                if (!answer.Keep && books is not null) Undone(step.Run, books);
                return answer;
            }));
        }
    }

    void Undone(RunId run, AccountBooks books)
    {
        var (calls, questions) = world.Ledger.Short.GetValueOrDefault(run);
        if (books.IsShort($"agent {run}", isOfQuestion: false)) Note(TooLittleForCall, ref calls);
        if (books.IsShort($"agent {run}", isOfQuestion: true)) Note(TooLittleForQuestion, ref questions);
        world.Ledger.Short[run] = (calls, questions);
    }

    void Note(string what, ref int times)
    {
        times++;
        world.Note("world", what);
    }
}
