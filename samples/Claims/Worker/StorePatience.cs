using Holdfast;

namespace Claims;

/// <summary>Asks the engine again where time may cure what the store could not do, as on a full disk, and says what it waits for.</summary>
sealed class StorePatience
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    readonly Lock gate = new();
    readonly Dictionary<object, string> waiting = [];

    /// <summary>What the longest wait is for; null when nothing waits.</summary>
    public string? WaitsFor
    {
        get
        {
            lock (gate) return waiting.Count == 0 ? null : waiting.Values.First();
        }
    }

    /// <summary>Whether the same call may succeed later. An engine that has stopped does not start again in this process.</summary>
    public static bool MayPass(HoldfastException failure) => failure.Error is HoldfastError.StoreFull or HoldfastError.StoreUnavailable;

    public async Task<T> InsistAsync<T>(Func<Task<T>> work, CancellationToken cancel)
    {
        var me = new object();
        try
        {
            while (true)
            {
                try
                {
                    return await work();
                }
                catch (HoldfastException failure) when (MayPass(failure))
                {
                    lock (gate) waiting[me] = failure.Message;
                }
                await Task.Delay(Pause, cancel);
            }
        }
        finally
        {
            lock (gate) waiting.Remove(me);
        }
    }
}
