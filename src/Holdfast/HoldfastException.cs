namespace Holdfast;

/// <summary>What went wrong, for programs. The numbers are part of the public contract.</summary>
public enum HoldfastError
{
    /// <summary>Not stated.</summary>
    None = 0,

    /// <summary>There is no run with this id or key.</summary>
    UnknownRun = 100,

    /// <summary>The run has ended; it takes no more messages.</summary>
    RunFinished = 101,

    /// <summary>The run failed; the message and <see cref="Exception.InnerException"/> say how.</summary>
    RunFailed = 102,

    /// <summary>The run was cancelled or terminated.</summary>
    RunCancelled = 103,

    /// <summary>A query or update got no answer in its time. Ask again; an update with the same key, which is kept already.</summary>
    AnswerTimeout = 104,

    /// <summary>A query threw; <see cref="Exception.InnerException"/> says what.</summary>
    QueryFailed = 105,

    /// <summary>A query changed the run's state; its changes were thrown away, and there is no answer.</summary>
    QueryChangedState = 106,

    /// <summary>The run's workflow has no query or update of this name.</summary>
    UnknownMember = 107,

    /// <summary>An update threw; nothing of it was kept, and <see cref="Exception.InnerException"/> says what.</summary>
    UpdateRejected = 108,

    /// <summary>The attempt that was decided about is not in doubt: it was decided before, or a later one is. Nothing was changed.</summary>
    NotInDoubt = 109,

    /// <summary>No workflow of this name and version is registered here.</summary>
    UnknownWorkflow = 110,

    /// <summary>The workflow cannot be registered: its shape, constructor or code is not durable.</summary>
    InvalidWorkflow = 111,

    /// <summary>A durable operation was used outside a run, or a durable of another run inside it.</summary>
    Misuse = 112,

    /// <summary>The run has no dead letter of this number.</summary>
    UnknownDeadLetter = 113,

    /// <summary>The dead letter was put back into the mailbox before. Nothing was changed.</summary>
    DeadLetterRedelivered = 114,

    /// <summary>The key of an update or a signal is that of another one of the run. Nothing was kept; the message names both.</summary>
    KeyUsed = 115,

    /// <summary>A value cannot be saved; the message names its path.</summary>
    NotSavable = 120,

    /// <summary>A snapshot's bytes are damaged or of an unknown format.</summary>
    CorruptSnapshot = 121,

    /// <summary>A snapshot was made by other code than what is loaded here.</summary>
    NeedsMigration = 122,

    /// <summary>A value does not decode to the type asked for.</summary>
    InvalidPayload = 123,

    /// <summary>Nothing is registered that gives secrets of this type; add it with <c>AddSecrets</c>.</summary>
    UnknownSecret = 124,

    /// <summary>What was saved cannot be decoded with the <see cref="PayloadCodec"/> that is set here, or without one; it was left as it is. Set the one that it was saved with.</summary>
    PayloadUnreadable = 125,

    /// <summary>The <see cref="PayloadCodec"/> threw when it was to encode; nothing of the call was kept.</summary>
    PayloadNotEncoded = 126,

    /// <summary>The value of a secret cannot be kept out of what is saved: nothing in it can be looked for, or too much.</summary>
    SecretUnguarded = 127,

    /// <summary>Another process owns the store.</summary>
    StoreOwned = 200,

    /// <summary>The store was written by a newer version of Holdfast.</summary>
    StoreNewer = 201,

    /// <summary>The store cannot be read or written for now; nothing of the call was kept.</summary>
    StoreUnavailable = 202,

    /// <summary>There is no room left; nothing of the call was kept. Goes on by itself once there is room.</summary>
    StoreFull = 203,

    /// <summary>A commit failed in a way that leaves open whether it was kept: ask again after a restart.</summary>
    OutcomeUnknown = 204,

    /// <summary>Another owner has taken the store over; this process no longer acts on it.</summary>
    OwnershipLost = 205,

    /// <summary>The engine is not running.</summary>
    NotRunning = 206,

    /// <summary>The store's content breaks its own rules.</summary>
    StoreCorrupt = 207,

    /// <summary>The file or database belongs to something else; nothing in it was changed.</summary>
    StoreForeign = 208,

    /// <summary>The store is a backup's copy, which is started only for somebody who names it; the message says which it is.</summary>
    StoreIsBackup = 209,

    /// <summary>No backup was made; the message says why. The store is not touched by this.</summary>
    BackupFailed = 210,

    /// <summary>The path can never be a store as it is: a directory, one that is not there, or one that this process may not write to.</summary>
    StoreUnusable = 211,

    /// <summary>The store's file was moved, replaced or deleted while the engine ran; the engine has stopped, and acknowledged nothing since.</summary>
    StoreReplaced = 212,
}

/// <summary>The one family of errors that the world, not the caller's code, causes.</summary>
/// <param name="error">What went wrong, for programs.</param>
/// <param name="message">What happened, to which run, step or variable, and what to do next.</param>
/// <param name="inner">The cause, if it is known.</param>
public class HoldfastException(HoldfastError error, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What went wrong, for programs.</summary>
    public HoldfastError Error { get; } = error;

    /// <summary>Whether the same call may succeed later without any change by the caller.</summary>
    public bool IsTransient => Error is HoldfastError.StoreUnavailable or HoldfastError.StoreFull or HoldfastError.NotRunning;
}
