using Holdfast.Payloads;
using Holdfast.Storage;

namespace Holdfast;

/// <summary>
/// Transforms what is saved of runs on its way into the store and out of it: encrypts it, compresses it, or both. It gets everything that holds data of yours: inputs, results, errors, frames, step
/// intents, signals, updates and their answers, large values, journals. Names, keys, ids, times and sizes stay readable for whoever has the file.
/// Set it as <see cref="HoldfastOptions.PayloadCodec"/>.
/// </summary>
/// <remarks>
/// Must be thread-safe: it is called by many threads at once, for each turn several times, on the threads that run turns. So it should compute and not wait: have keys at hand before the engine
/// starts. One that must get at them over a network fetches them ahead.
/// </remarks>
public abstract class PayloadCodec
{
    /// <summary>Transforms bytes on their way into the store.</summary>
    /// <param name="plain">Never empty. Bytes that the caller uses again: copy what is to be kept.</param>
    /// <returns>What is stored, with all that <see cref="Decode"/> must know beside its own keys, such as the name of the key. Not to be changed afterwards.</returns>
    /// <exception cref="Exception">
    /// Any: nothing is kept. A client's call throws <see cref="HoldfastError.PayloadNotEncoded"/>; a run's turn is tried again, after a second and then ever later up to a minute.
    /// </exception>
    public abstract byte[] Encode(ReadOnlySpan<byte> plain);

    /// <summary>Gives back what <see cref="Encode"/> was given, also when that was years ago and under another key.</summary>
    /// <param name="encoded">What <see cref="Encode"/> returned, or what a disk has made of it.</param>
    /// <exception cref="Exception">
    /// Any: the key is not here, or the bytes are not what they were. The run is parked with the message as <see cref="HoldfastError.PayloadUnreadable"/>, and what is stored of it stays as it is.
    /// Bytes that are returned and are not what was encoded are noticed, and treated alike.
    /// </exception>
    public abstract byte[] Decode(ReadOnlySpan<byte> encoded);

    /// <summary>
    /// A store seen through this codec, to be read: for <see cref="HoldfastCode"/> beside a running engine, or for programs of your own. An engine needs none, only
    /// <see cref="HoldfastOptions.PayloadCodec"/>.
    /// </summary>
    /// <param name="store">The store. To dispose what is returned does not close it.</param>
    /// <returns>The same runs, decoded. Calls that write throw <see cref="InvalidOperationException"/>. Thread-safe.</returns>
    public IStore Over(IStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        return new PayloadStore(store, new(this), isView: true);
    }
}
