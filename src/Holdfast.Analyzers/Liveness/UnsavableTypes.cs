namespace Holdfast.Analyzers.Liveness;

/// <summary>The types whose values mean nothing in another process, by metadata name, with what to do instead. Derived types count.</summary>
static class UnsavableTypes
{
    const string Bytes = "Read it within a step and keep the bytes or the text";
    /// <summary>Hint for what has to be closed.</summary>
    public const string OwnStep = "Open it, use it and close it within one step";
    /// <summary>Hint for what a constructor is usually given.</summary>
    public const string Injected = "Let the constructor inject it, or use it within one step only";
    const string Message = "Send the request and read the answer within one step, and keep what you need of it";
    /// <summary>Hint for a task.</summary>
    public const string AsStep = "Do the call in a step; the Durable that Step returns may be kept and awaited later";
    const string Scope = "Inside a run, cancel through scopes; in a step, use the token of its StepContext";
    const string Durably = "Wait durably instead: await Delay(…)";
    const string NoLocks = "A run's code never runs in parallel with itself, so it needs no lock; a lock of the process belongs into a step";
    const string Queries = "Run the query within a step and keep the list";
    const string Keys = "Use it within one step, and keep the bytes";
    const string Thaw = "Keep a Dictionary, a HashSet or their immutable kin, and freeze it where it is used";
    const string Handle = "A handle means nothing after a restart; use it within one step";

    /// <summary>Hint for a sequence that is computed while it is read.</summary>
    public const string ToList = "It is computed while it is read; end the query with .ToList()";

    public const string Dynamic = "Give it a static type";

    public const string Pointer = Handle;

    public static readonly Dictionary<string, string> Hints = new(StringComparer.Ordinal)
    {
        ["System.IO.Stream"] = Bytes,
        ["System.IO.MemoryStream"] = "Keep the bytes instead: .ToArray()",
        ["System.IO.TextReader"] = Bytes,
        ["System.IO.TextWriter"] = "Build the text as a string, and write it out within a step",
        ["System.IO.StringReader"] = "Keep the string and a position in it",
        ["System.IO.BinaryReader"] = Bytes,
        ["System.IO.BinaryWriter"] = "Build the bytes first, and write them out within a step",
        ["System.IO.FileSystemWatcher"] = OwnStep,
        ["System.IO.UnmanagedMemoryAccessor"] = OwnStep,
        ["System.IO.MemoryMappedFiles.MemoryMappedFile"] = OwnStep,
        ["System.IO.Compression.ZipArchive"] = OwnStep,
        ["System.IO.Compression.ZipArchiveEntry"] = OwnStep,
        ["System.Xml.XmlReader"] = OwnStep,
        ["System.Xml.XmlWriter"] = OwnStep,
        ["System.Text.Json.JsonDocument"] = "Keep a JsonNode instead, or the clone of its root: document.RootElement.Clone()",
        ["System.Text.Json.Utf8JsonWriter"] = OwnStep,

        ["System.Net.Sockets.Socket"] = OwnStep,
        ["System.Net.Sockets.TcpClient"] = OwnStep,
        ["System.Net.Sockets.TcpListener"] = OwnStep,
        ["System.Net.Sockets.UdpClient"] = OwnStep,
        ["System.Net.HttpListener"] = OwnStep,
        ["System.Net.WebSockets.WebSocket"] = OwnStep,
        ["System.Net.WebSockets.ClientWebSocketOptions"] = OwnStep,
        ["System.Net.WebRequest"] = Message,
        ["System.Net.WebResponse"] = Message,
        ["System.Net.WebClient"] = OwnStep,
        ["System.Net.Mail.SmtpClient"] = OwnStep,
        ["System.Net.NetworkInformation.Ping"] = OwnStep,
        ["System.Net.Http.HttpMessageInvoker"] = Injected,
        ["System.Net.Http.HttpMessageHandler"] = Injected,
        ["System.Net.Http.HttpResponseMessage"] = Message,
        ["System.Net.Http.HttpRequestMessage"] = Message,
        ["System.Net.Http.HttpContent"] = Message,

        ["System.Data.Common.DbConnection"] = OwnStep,
        ["System.Data.Common.DbCommand"] = OwnStep,
        ["System.Data.Common.DbDataReader"] = Queries,
        ["System.Data.Common.DbTransaction"] = "Begin and commit it within one step, or use Transaction(…)",
        ["System.Data.Common.DbBatch"] = OwnStep,
        ["System.Data.Common.DbDataSource"] = Injected,
        ["Microsoft.EntityFrameworkCore.DbContext"] = Injected,
        ["Microsoft.EntityFrameworkCore.DbSet`1"] = Queries,
        ["Microsoft.EntityFrameworkCore.ChangeTracking.EntityEntry"] = Queries,
        ["System.Data.Entity.DbContext"] = Injected,
        ["System.Linq.IQueryable"] = Queries,
        ["System.Linq.EnumerableQuery"] = Queries,

        ["System.Collections.Generic.IAsyncEnumerable`1"] = "Read the sequence within a step and keep the list",
        ["System.Collections.Generic.IAsyncEnumerator`1"] = "Read the sequence within a step and keep the list",

        ["System.Threading.Tasks.Task"] = AsStep,
        ["System.Threading.Tasks.ValueTask"] = AsStep,
        ["System.Threading.Tasks.ValueTask`1"] = AsStep,
        ["System.Threading.Tasks.TaskCompletionSource"] = "Wait for a signal instead: await Receive(…)",
        ["System.Threading.Tasks.TaskCompletionSource`1"] = "Wait for a signal instead: await Receive(…)",
        ["System.Threading.CancellationTokenSource"] = Scope,
        ["System.Threading.CancellationTokenRegistration"] = Scope,
        ["System.Threading.CancellationToken"] = Scope,
        ["System.Threading.Timer"] = Durably,
        ["System.Threading.PeriodicTimer"] = Durably,
        ["System.Timers.Timer"] = Durably,
        ["System.Diagnostics.Stopwatch"] = "Keep the start as a DateTimeOffset and subtract",
        ["System.Diagnostics.Activity"] = "The trace of a run is kept for you; start an activity of your own within one step",
        ["System.Threading.Thread"] = "Do the work in a step",
        ["System.Threading.WaitHandle"] = NoLocks,
        ["System.Threading.SemaphoreSlim"] = NoLocks,
        ["System.Threading.ReaderWriterLock"] = NoLocks,
        ["System.Threading.ReaderWriterLockSlim"] = NoLocks,
        ["System.Threading.ManualResetEventSlim"] = NoLocks,
        ["System.Threading.CountdownEvent"] = NoLocks,
        ["System.Threading.Barrier"] = NoLocks,
        ["System.Threading.SpinLock"] = NoLocks,
        ["System.Threading.Lock"] = NoLocks,
        ["System.Threading.ThreadLocal`1"] = "A run has no thread of its own; use a plain variable",
        ["System.Threading.AsyncLocal`1"] = "It does not cross an await of a run; use a plain variable",
        ["System.Threading.Channels.Channel`2"] = "Send a signal to the run instead, and Receive it",
        ["System.Threading.Channels.ChannelReader`1"] = "Send a signal to the run instead, and Receive it",
        ["System.Threading.Channels.ChannelWriter`1"] = "Send a signal to the run instead, and Receive it",
        ["System.Collections.Concurrent.BlockingCollection`1"] = "Use a Queue: a run's code never runs in parallel with itself",

        ["Microsoft.Extensions.DependencyInjection.IServiceScope"] = "Create the scope within a step; let the constructor inject what the run needs",
        ["Microsoft.Extensions.DependencyInjection.AsyncServiceScope"] = "Create the scope within a step; let the constructor inject what the run needs",
        ["Microsoft.Extensions.DependencyInjection.ServiceProvider"] = "Let the constructor inject what the run needs",

        ["System.Text.RegularExpressions.MatchCollection"] = "Keep the matched strings instead: .Select(match => match.Value).ToList()",
        ["System.Text.RegularExpressions.Capture"] = "Keep the matched strings instead: match.Value, match.Groups[1].Value",
        ["System.Lazy`1"] = "Take its Value before the await",
        ["System.Random"] = "Create a new one after the await, or use Random.Shared",
        ["System.Security.Cryptography.RandomNumberGenerator"] = "Create a new one after the await, or use its static methods",
        ["System.Security.Cryptography.HashAlgorithm"] = Keys,
        ["System.Security.Cryptography.IncrementalHash"] = Keys,
        ["System.Security.Cryptography.SymmetricAlgorithm"] = Keys,
        ["System.Security.Cryptography.AsymmetricAlgorithm"] = Keys,
        ["System.Security.Cryptography.X509Certificates.X509Certificate"] = Keys,
        ["System.Diagnostics.Process"] = "Start it and wait for it within one step; keep its id and its output",
        ["System.IntPtr"] = Handle,
        ["System.UIntPtr"] = Handle,
        ["System.Runtime.InteropServices.SafeHandle"] = Handle,
        ["System.Runtime.InteropServices.CriticalHandle"] = Handle,
        ["System.Runtime.InteropServices.GCHandle"] = Handle,
        ["System.WeakReference"] = "Keep the object itself, or what identifies it",
        ["System.WeakReference`1"] = "Keep the object itself, or what identifies it",
        ["System.Dynamic.ExpandoObject"] = Dynamic,

        ["System.Xml.Linq.XObject"] = "Keep its text instead: .ToString()",
        ["System.Xml.XmlNode"] = "Keep its text instead: .OuterXml",
        ["System.Data.DataTable"] = Queries,
        ["System.Data.DataSet"] = Queries,
        ["System.Collections.Frozen.FrozenSet`1"] = Thaw,
        ["System.Collections.Frozen.FrozenDictionary`2"] = Thaw,
        ["System.Collections.ArrayList"] = "Use a List",
        ["System.Collections.Hashtable"] = "Use a Dictionary",
        ["System.Collections.Concurrent.ConcurrentBag`1"] = "Use a List: a run's code never runs in parallel with itself",
        ["System.Collections.ObjectModel.ReadOnlyObservableCollection`1"] = "Use a List",
        ["System.Collections.ObjectModel.ObservableCollection`1"] = "Use a List",
        ["System.Collections.Specialized.NameValueCollection"] = "Use a Dictionary",
    };
}
