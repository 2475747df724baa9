using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;

namespace Holdfast.Tests.Frames.Code;

/// <summary>
/// Compiles C# in memory and loads it, as another build of a workflow's assembly would be. A source may be several files: each but the first begins
/// with a line <c>//file </c> and its path beside the first.
/// </summary>
sealed class Compiled
{
    const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path) is var file && (file.StartsWith("System.", StringComparison.Ordinal) || file is "mscorlib.dll" or "netstandard.dll" or "Microsoft.CSharp.dll" or "Holdfast.dll"))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>What the sources of the tests use without saying so.</summary>
    public const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Runtime.CompilerServices;
        global using System.Threading.Tasks;
        """;

    Compiled(Assembly assembly) => Assembly = assembly;

    public Assembly Assembly { get; }

    public static Compiled From(
        string source, bool release, string path = "/src/W.cs", DebugInformationFormat pdb = DebugInformationFormat.PortablePdb, bool nullable = false, string name = "Flows", bool loadReferences = true,
        LanguageVersion language = LanguageVersion.Latest, bool symbols = true, Func<SyntaxNode, SyntaxNode>? rewrite = null, Action<string>? weave = null, params Compiled[] references)
    {
        var parse = new CSharpParseOptions(language);
        var encoding = System.Text.Encoding.UTF8;
        var files = source.Split("//file ");
        var trees = files.Select((text, i) => i == 0 ? (Path: path, Text: text) : (Path: path[..path.LastIndexOf('/')] + "/" + text[..text.IndexOf('\n', StringComparison.Ordinal)], Text: text[text.IndexOf('\n', StringComparison.Ordinal)..]))
            .Select(file => CSharpSyntaxTree.ParseText(file.Text, parse, file.Path, encoding))
            .Select(tree => rewrite is null ? tree : tree.WithRootAndOptions(rewrite(tree.GetRoot()), parse));
        var compilation = CSharpCompilation.Create(
            name,
            [CSharpSyntaxTree.ParseText(Usings, parse, "/src/Usings.cs", encoding), .. trees],
            [.. References, .. references.Select(r => r._reference!)],
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                optimizationLevel: release ? OptimizationLevel.Release : OptimizationLevel.Debug,
                allowUnsafe: true,
                nullableContextOptions: nullable ? NullableContextOptions.Enable : NullableContextOptions.Disable,
                deterministic: true));
        using var image = new MemoryStream();
        using var debug = new MemoryStream();
        var result = compilation.Emit(
            image, options: symbols ? new EmitOptions(debugInformationFormat: pdb) : null, pdbStream: !symbols || pdb == DebugInformationFormat.Embedded ? null : debug);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error)));
        var context = new AssemblyLoadContext(name, isCollectible: true);
        foreach (var reference in loadReferences ? references : []) context.Resolving += (_, wanted) => wanted.Name == reference.Assembly.GetName().Name ? reference.Assembly : null;
        image.Position = 0;
        if (weave is not null) return new Compiled(context.LoadFromStream(new MemoryStream(Woven(name, image, debug, weave))));
        return new Compiled(context.LoadFromStream(image)) { _reference = MetadataReference.CreateFromImage(image.ToArray()) };
    }

    /// <summary>What a tool makes of the assembly when it is given its file.</summary>
    static byte[] Woven(string name, MemoryStream image, MemoryStream debug, Action<string> weave)
    {
        using var directory = new Storage.TemporaryDirectory();
        File.WriteAllBytes(directory[name + ".dll"], image.ToArray());
        File.WriteAllBytes(directory[name + ".pdb"], debug.ToArray());
        weave(directory[name + ".dll"]);
        return File.ReadAllBytes(directory[name + ".dll"]);
    }

    MetadataReference? _reference;

    /// <summary>A type a person wrote.</summary>
    public Type Type(string name) => Assembly.GetType(name, throwOnError: true)!;

    /// <summary>The last method of a type with this name, in the order of the source.</summary>
    public MethodBase Method(string type, string name) =>
        Type(type).GetMembers(Declared).OfType<MethodBase>().Where(m => m.Name == name).OrderBy(m => m.MetadataToken).Last();

    /// <summary>The machine behind an async method or iterator.</summary>
    public Type Machine(string type = "W", string method = "Run") =>
        Method(type, method).GetCustomAttribute<System.Runtime.CompilerServices.StateMachineAttribute>()!.StateMachineType;

    public override string ToString() => Assembly.ToString();
}
