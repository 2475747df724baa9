using System.Reflection;
using System.Runtime.Loader;
using Holdfast.Frames;
using Holdfast.Frames.Code;
using Holdfast.Hosting;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Holdfast.Simulation.Flows;

/// <summary>
/// Two builds of one assembly with one workflow: the second was edited. What is saved by one must never go on in the other. Compiled here, because two
/// builds of one name cannot be referred to side by side.
/// </summary>
static class Builds
{
    const string Source = """
        using Holdfast;
        using Holdfast.Simulation.Flows;
        [Workflow("deployed")]
        public sealed class Deployed(Desk desk) : Workflow
        {
            public async Durable<string> Run(int value)
            {
                desk.RunsIn(RunId, "BUILD");
                var text = "BUILD";
                for (var i = 0; i < 3; i++)
                {
                    await Delay(System.TimeSpan.FromSeconds(5 + i));
                    desk.GoesOnIn(RunId, "BUILD");
                    var job = new Job(value + i, 10);
                    text += " " + await Step(step => desk.WorkAsync(step, job));
                    desk.GoesOnIn(RunId, "BUILD");
                }
                return text;
            }
        }
        """;

    static readonly Lazy<WorkflowType[]> Made = new(static () => [Compile("first"), Compile("second")]);

    /// <summary>The workflow as one of the builds has it.</summary>
    public static WorkflowType Of(int build) => Made.Value[build];

    /// <summary>What identifies the same code in one build and in the other.</summary>
    public static IEnumerable<(byte[] Saved, byte[] Here)> Fingerprints(int saved, int here)
    {
        foreach (var type in Of(saved).Type.Assembly.GetTypes())
        {
            var other = Of(here).Type.Assembly.GetType(type.FullName!)!;
            if (!CompilerMade.Is(type)) continue;
            var (before, after) = (Frames.Code.Fingerprints.Of(type), Frames.Code.Fingerprints.Of(other));
            if (before != after) yield return (Bytes(before), Bytes(after));
        }

        static byte[] Bytes(Fingerprint fingerprint)
        {
            var bytes = new byte[Fingerprint.Length];
            fingerprint.WriteBytes(bytes);
            return bytes;
        }
    }

    static WorkflowType Compile(string build)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Where(static p => p.Length > 0).Select(static p => MetadataReference.CreateFromFile(p));
        var compilation = CSharpCompilation.Create(
            "Holdfast.Simulation.Deployed", [CSharpSyntaxTree.ParseText(Source.Replace("BUILD", build, StringComparison.Ordinal))], references,
            new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release));
        using var bytes = new MemoryStream();
        var result = compilation.Emit(bytes);
        if (!result.Success) throw new InvalidOperationException(string.Join('\n', result.Diagnostics));
        bytes.Position = 0;
        return new(new AssemblyLoadContext(build).LoadFromStream(bytes).GetType("Deployed")!);
    }
}
