using System.Reflection;
using System.Runtime.Loader;

namespace Holdfast.Tests.Runs.Edits;

/// <summary>The coverage tool that .NET's own templates bring along, applied to one file. It has no interface for that, so by reflection.</summary>
static class Coverlet
{
    static readonly string Home = typeof(Coverlet).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static m => m.Key == "coverlet").Value!;

    static readonly Lazy<Assembly> Core = new(static () =>
    {
        var context = new AssemblyLoadContext("coverlet");
        context.Resolving += static (context, name) => Path.Combine(Home, name.Name + ".dll") is var file && File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        return context.LoadFromAssemblyPath(Path.Combine(Home, "coverlet.core.dll"));
    });

    public static void Instrument(string file)
    {
        var log = typeof(DispatchProxy).GetMethods().Single(static m => m is { Name: nameof(DispatchProxy.Create), IsGenericMethodDefinition: true }).MakeGenericMethod(Find("Abstractions.ILogger"), typeof(Silence)).Invoke(null, null);
        var files = Make("Helpers.FileSystem");
        var sources = Make("Helpers.SourceRootTranslator", log, files);
        var helper = Make("Helpers.InstrumentationHelper", Make("Helpers.ProcessExitHandler"), Make("Helpers.RetryHelper"), files, log, sources);
        var parameters = Make("CoverageParameters");
        foreach (var filter in parameters.GetType().GetProperties().Where(static p => p.PropertyType == typeof(string[]))) filter.SetValue(parameters, Array.Empty<string>());
        var instrumenter = Make("Instrumentation.Instrumenter", file, Guid.NewGuid().ToString(), parameters, log, helper, files, sources, Make("Symbols.CecilSymbolHelper"));
        Assert.NotNull(instrumenter.GetType().GetMethod("Instrument")!.Invoke(instrumenter, null));
    }

    static Type Find(string name) => Core.Value.GetType("Coverlet.Core." + name, throwOnError: true)!;

    static object Make(string name, params object?[] arguments) => Activator.CreateInstance(Find(name), BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, arguments, null)!;

    /// <summary>A log that nobody reads.</summary>
    public class Silence : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => null;
    }
}
