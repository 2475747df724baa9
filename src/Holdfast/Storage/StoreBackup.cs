namespace Holdfast.Storage;

/// <summary>A copy of a store, complete and on the disk.</summary>
/// <param name="Path">The full path of the copy.</param>
/// <param name="Id">Names this copy: a store that is opened from it asks for this name.</param>
/// <param name="Utc">When the copy was complete. What was acknowledged before the call is in it; what was acknowledged after this time is not.</param>
/// <param name="Bytes">Its size.</param>
public sealed record StoreBackup(string Path, string Id, DateTimeOffset Utc, long Bytes);
