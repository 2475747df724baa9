using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers.Effects;

/// <summary>The members that block a thread or change the world, by the metadata name of their type. Derived types count.</summary>
sealed class KnownEffects
{
    const string Sends = "sends a request";
    const string Touches = "reads or writes files";
    const string Talks = "uses the console";
    const string Connects = "uses the network";
    const string Starts = "works with another process";
    const string Asks = "asks a database";
    const string Ends = "ends the process";
    const string Changes = "changes its whole process, and that of no restart";
    const string Spawns = "starts work that no run knows of";
    const string Ticks = "starts a timer of this process";

    const string Awaited = "Await it in a step: await Step(() => {0})";
    const string Slept = "Wait durably instead: await Delay({0})";
    const string Unneeded = "A run's code never runs in parallel with itself, so it has nobody to wait for";
    const string Signalled = "Wait for a signal instead: await Receive(…)";
    const string InStep = "Do the work in a step: await Step(…)";
    const string Durably = "Wait durably instead: await Delay(…)";
    const string Left = "Throw, or return from Run; the host decides when the process ends";

    static readonly Dictionary<string, Effect[]> All = new(StringComparer.Ordinal)
    {
        ["System.Threading.Tasks.Task"] = [new("Wait WaitAll WaitAny RunSynchronously", null, Awaited), new("ContinueWith Run Start", Spawns, InStep)],
        ["System.Threading.Tasks.Task`1"] = [new("Result", null, Awaited), new("ContinueWith", Spawns, InStep)],
        ["System.Threading.Tasks.ValueTask`1"] = [new("Result", null, Awaited)],
        ["System.Runtime.CompilerServices.TaskAwaiter"] = [new("GetResult", null, Awaited)],
        ["System.Runtime.CompilerServices.TaskAwaiter`1"] = [new("GetResult", null, Awaited)],
        ["System.Runtime.CompilerServices.ValueTaskAwaiter"] = [new("GetResult", null, Awaited)],
        ["System.Runtime.CompilerServices.ValueTaskAwaiter`1"] = [new("GetResult", null, Awaited)],
        ["System.Runtime.CompilerServices.ConfiguredTaskAwaitable+ConfiguredTaskAwaiter"] = [new("GetResult", null, Awaited)],
        ["System.Runtime.CompilerServices.ConfiguredTaskAwaitable`1+ConfiguredTaskAwaiter"] = [new("GetResult", null, Awaited)],
        ["System.Runtime.CompilerServices.ConfiguredValueTaskAwaitable+ConfiguredValueTaskAwaiter"] = [new("GetResult", null, Awaited)],
        ["System.Runtime.CompilerServices.ConfiguredValueTaskAwaitable`1+ConfiguredValueTaskAwaiter"] = [new("GetResult", null, Awaited)],
        ["System.Threading.Thread"] = [new("Sleep", null, Slept), new("Join", null, "Do the work in a step"), new(".ctor", Spawns, InStep)],
        ["System.Threading.SpinWait"] = [new("SpinUntil", null, Signalled)],
        ["System.Threading.WaitHandle"] = [new("WaitOne WaitAll WaitAny SignalAndWait", null, Signalled)],
        ["System.Threading.SemaphoreSlim"] = [new("Wait", null, Unneeded)],
        ["System.Threading.ManualResetEventSlim"] = [new("Wait", null, Signalled)],
        ["System.Threading.CountdownEvent"] = [new("Wait", null, Signalled)],
        ["System.Threading.Barrier"] = [new("SignalAndWait", null, Unneeded)],
        ["System.Threading.Monitor"] = [new("Wait", null, Signalled)],
        ["System.Collections.Concurrent.BlockingCollection`1"] = [new("Take", null, Signalled)],

        ["System.Threading.Tasks.TaskFactory"] = [new("ContinueWhen* FromAsync StartNew", Spawns, InStep)],
        ["System.Threading.Tasks.TaskFactory`1"] = [new("ContinueWhen* FromAsync StartNew", Spawns, InStep)],
        ["System.Threading.Tasks.Parallel"] = [new("*", Spawns, InStep)],
        ["System.Linq.ParallelEnumerable"] = [new("ForAll", Spawns, InStep)],
        ["System.Threading.ThreadPool"] = [new("QueueUserWorkItem RegisterWaitForSingleObject UnsafeQueue* UnsafeRegister*", Spawns, InStep)],
        ["System.ComponentModel.BackgroundWorker"] = [new("RunWorkerAsync", Spawns, InStep)],
        ["System.Threading.Timer"] = [new(".ctor", Ticks, Durably)],
        ["System.Threading.PeriodicTimer"] = [new(".ctor", Ticks, Durably)],
        ["System.Timers.Timer"] = [new(".ctor", Ticks, Durably)],
        ["System.TimeProvider"] = [new("CreateTimer", Ticks, Durably)],

        ["System.Console"] = [new("Write* Read* Out In Error OpenStandard* Clear Beep", Talks)],
        ["System.IO.File"] = [new("*", Touches)],
        ["System.IO.Directory"] = [new("*", Touches)],
        ["System.IO.FileInfo"] = [new("Append* CopyTo Create* Decrypt Delete Encrypt MoveTo Open* Replace", Touches)],
        ["System.IO.DirectoryInfo"] = [new("Create* Delete Enumerate* Get* MoveTo", Touches)],
        ["System.IO.FileStream"] = [new(".ctor .ctor(path)", Touches)],
        ["System.IO.StreamReader"] = [new(".ctor(path)", Touches)],
        ["System.IO.StreamWriter"] = [new(".ctor(path)", Touches)],
        ["System.IO.Compression.ZipFile"] = [new("*", Touches)],

        ["System.Net.Http.HttpMessageInvoker"] = [new("Delete* Get* Patch* Post* Put* Send*", Sends)],
        ["System.Net.Http.Json.HttpClientJsonExtensions"] = [new("*", Sends)],
        ["System.Net.WebClient"] = [new("Download* Open* Upload*", Sends)],
        ["System.Net.WebRequest"] = [new("GetResponse* GetRequestStream* Begin*", Sends)],
        ["System.Net.Dns"] = [new("Get* Resolve* Begin*", Connects)],
        ["System.Net.Sockets.Socket"] = [new("Accept* Begin* Bind Connect* Disconnect* Listen Poll Receive* Send* Shutdown", Connects)],
        ["System.Net.Sockets.TcpClient"] = [new("Begin* Connect* GetStream .ctor(hostname)", Connects)],
        ["System.Net.Sockets.TcpListener"] = [new("Accept* Begin* Start Stop", Connects)],
        ["System.Net.Sockets.UdpClient"] = [new("Begin* Connect Receive* Send*", Connects)],
        ["System.Net.WebSockets.WebSocket"] = [new("Close* Connect* Receive* Send*", Connects)],
        ["System.Net.Mail.SmtpClient"] = [new("Send*", "sends a mail")],
        ["System.Net.NetworkInformation.Ping"] = [new("Send*", Connects)],

        ["System.Diagnostics.Process"] = [new("BeginErrorReadLine BeginOutputReadLine CloseMainWindow Kill Start WaitFor*", Starts)],
        ["System.IO.Pipes.NamedPipeServerStream"] = [new("Begin* WaitForConnection*", Starts)],
        ["System.IO.Pipes.NamedPipeClientStream"] = [new("Connect*", Starts)],
        ["System.Environment"] = [new("Exit FailFast", Ends, Left), new("SetEnvironmentVariable", Changes)],
        ["System.AppContext"] = [new("SetData SetSwitch", Changes)],

        ["System.Data.Common.DbConnection"] = [new("Begin* ChangeDatabase* Open*", Asks)],
        ["System.Data.Common.DbCommand"] = [new("Execute* Prepare*", Asks)],
        ["System.Data.Common.DbBatch"] = [new("Execute* Prepare*", Asks)],
        ["Microsoft.EntityFrameworkCore.DbContext"] = [new("SaveChanges* Find*", Asks)],
    };

    readonly ConcurrentDictionary<INamedTypeSymbol, Effect[]> _known = new(SymbolEqualityComparer.Default);

    /// <summary>A call whose task nobody takes.</summary>
    public static Effect Forgotten { get; } = new("*", "starts work that nobody waits for", Awaited);

    /// <summary>What the member does, or null. A type is looked up once in a compilation, so that this costs little at each call.</summary>
    public Effect? Find(ISymbol member)
    {
        if (member.ContainingType?.OriginalDefinition is not { } type) return null;
        foreach (var effect in _known.GetOrAdd(type, static t => [.. Of(t)]))
            if (effect.Includes(NameOf(member))) return effect;
        return null;
    }

    /// <summary>A constructor that is given a path opens a file, and one that is given a host connects, where another one of the same class takes what is open already, or waits to be told.</summary>
    static string NameOf(ISymbol member) =>
        member is IMethodSymbol { MethodKind: MethodKind.Constructor, Parameters: { IsEmpty: false } parameters } && parameters[0].Name is "path" or "hostname" ? $".ctor({parameters[0].Name})" : member.Name;

    static IEnumerable<Effect> Of(INamedTypeSymbol type)
    {
        for (var level = type; level is not null && level.SpecialType != SpecialType.System_Object; level = level.BaseType?.OriginalDefinition)
            if (All.TryGetValue(NameOf(level), out var effects))
                foreach (var effect in effects) yield return effect;
    }

    static string NameOf(INamedTypeSymbol type)
    {
        if (type.ContainingType is { } outer) return $"{NameOf(outer)}+{type.MetadataName}";
        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? $"{space.ToDisplayString()}.{type.MetadataName}" : type.MetadataName;
    }
}
