using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Holdfast.Testing;

/// <summary>At which line of the source an await stands, by the symbols that were built with the assembly.</summary>
static class AwaitLines
{
    /// <summary>"Async method stepping information" of the portable PDB format: for each await, where the method leaves off and where it goes on.</summary>
    static readonly Guid AsyncStepping = new("54FD2AC5-E925-401A-9C2A-F94F171072F8");

    /// <summary>File and line, or null when there are no symbols.</summary>
    /// <param name="machine">The method's state machine.</param>
    /// <param name="number">Which await, from 0.</param>
    public static string? Of(Type machine, int number)
    {
        var map = machine.GetInterfaceMap(typeof(System.Runtime.CompilerServices.IAsyncStateMachine));
        var method = map.TargetMethods[Array.FindIndex(map.InterfaceMethods, static m => m.Name == "MoveNext")];
        try
        {
            return Find(method, number);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or BadImageFormatException)
        {
            return null;
        }
    }

    static string? Find(MethodInfo method, int number)
    {
        var path = method.Module.Assembly.Location;
        if (!File.Exists(path)) return null;
        using var assembly = new PEReader(File.OpenRead(path));
        if (!assembly.TryOpenAssociatedPortablePdb(path, static pdb => File.Exists(pdb) ? File.OpenRead(pdb) : null, out var provider, out _) || provider is null) return null;
        using (provider)
        {
            var symbols = provider.GetMetadataReader();
            var handle = (MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken);
            if (LeavesOffAt(symbols, handle, number) is not { } offset) return null;
            var at = symbols.GetMethodDebugInformation(handle.ToDebugInformationHandle()).GetSequencePoints().Where(point => !point.IsHidden && point.Offset <= offset).Cast<SequencePoint?>().LastOrDefault();
            return at is { } point ? $"{Path.GetFileName(symbols.GetString(symbols.GetDocument(point.Document).Name))}:{point.StartLine}" : null;
        }
    }

    static int? LeavesOffAt(MetadataReader symbols, MethodDefinitionHandle method, int number)
    {
        foreach (var handle in symbols.GetCustomDebugInformation(method))
        {
            var information = symbols.GetCustomDebugInformation(handle);
            if (symbols.GetGuid(information.Kind) != AsyncStepping) continue;
            var blob = symbols.GetBlobReader(information.Value);
            // The handler of what the method does not catch.
            blob.ReadUInt32();
            for (var i = 0; blob.RemainingBytes > 0; i++)
            {
                var leavesOff = (int)blob.ReadUInt32();
                blob.ReadUInt32();
                blob.ReadCompressedInteger();
                if (i == number) return leavesOff;
            }
        }
        return null;
    }
}
