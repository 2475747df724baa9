using Holdfast.Storage;

namespace Holdfast.Runtime;

/// <summary>Code of a client inside a commit.</summary>
static class ClientCommit
{
    public static async Task<T> DoAsync<T>(Engine engine, Func<StoreTransaction, T> work)
    {
        Exception? thrown = null;
        T result = default!;
        var answer = await engine.Committer.CommitAsync(new ClientTransaction
        {
            Epoch = engine.Epoch,
            Work = connection =>
            {
                try
                {
                    result = InsideCommit.Run("A transaction of the client", engine, () => work(StoreTransaction.OfClient(connection, engine.Envelope)));
                    return true;
                }
                catch (Exception error)
                {
                    thrown = error;
                    return false;
                }
            },
        }).ConfigureAwait(false);
        switch (answer.Verdict)
        {
            case Verdict.Committed:
                return result;
            case Verdict.Undone:
                throw StepCommit.Undone(answer, thrown);
            case Verdict.Refused:
                throw answer.NotKept("The store cannot do it");
            default:
                engine.LostOwnership(default, answer);
                engine.ThrowIfNotRunning();
                throw answer.NotKept("Nothing was kept");
        }
    }
}
