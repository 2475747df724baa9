using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Holdfast.Agents.Records;
using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents;

/// <summary>Makes tools of the methods of a class.</summary>
public static class ToolMethods
{
    /// <summary>Every method of the class that is marked with <see cref="ToolAttribute"/>, with its tool. Those that are not static run on an object of the container, asked for at each call.</summary>
    /// <typeparam name="T">The class.</typeparam>
    /// <exception cref="ArgumentException">A method has no description, its name or a parameter cannot be a tool's, its attributes contradict each other, or one of them names a parameter or method that there is not. Or no method is marked.</exception>
    public static IReadOnlyList<Effect> Of<T>() where T : class
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;
        var effects = typeof(T).GetMethods(All).Where(static m => m.IsDefined(typeof(ToolAttribute))).Select(static m => Make<T>(m, m.GetCustomAttribute<ToolAttribute>()!)).ToList();
        return effects.Count > 0 ? effects : throw new ArgumentException($"No public method of {typeof(T).Name} is marked with [Tool].");
    }

    /// <summary>The tool of one of them, for rules in C#.</summary>
    /// <param name="effects">The tools of a class.</param>
    /// <param name="name">The tool's name.</param>
    /// <exception cref="ArgumentException">There is none of this name.</exception>
    public static Tool<MethodArguments> Named(this IEnumerable<Effect> effects, string name)
    {
        ArgumentNullException.ThrowIfNull(effects);
        return effects.FirstOrDefault(e => e.Tool.Name == name)?.Tool as Tool<MethodArguments> ?? throw new ArgumentException($"No method is the tool '{name}'.", nameof(name));
    }

    static Effect Make<T>(MethodInfo method, ToolAttribute marked) where T : class
    {
        var where = $"{typeof(T).Name}.{method.Name}";
        if (!Enum.IsDefined(marked.Kind)) throw new ArgumentException($"{where} is of the kind {(int)marked.Kind}, which is no {nameof(EffectKind)}. Say what it does to the world.");
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute))) throw new ArgumentException($"{where} is async void: nobody would hear how it ends. Return a Task.");
        Effect.RefuseUnfinished(where, ResultOf(method.ReturnType));
        if (method.IsGenericMethodDefinition) throw new ArgumentException($"{where} is generic, and a tool has one form.");
        var description = method.GetCustomAttribute<DescriptionAttribute>()?.Description ?? throw new ArgumentException($"{where} is a tool without a [Description]; the model would not know what it does.");
        if (marked.Kind == EffectKind.Reconcilable != marked.Ask is not null)
            throw new ArgumentException($"{where} is {marked.Kind} and {(marked.Ask is null ? "names no method that asks whether it happened: set Ask" : "names one that is never asked: only a reconcilable tool is")}.");
        var parameters = method.GetParameters().Where(static p => !IsGiven(p)).ToArray();
        var plan = Planner.Of(method, parameters);
        var tool = new Tool<MethodArguments>(marked.Name ?? NameOf(method), marked.Version, description, plan);
        var ask = marked.Ask is { } asking ? AskingOf(where, asking, method, typeof(T)) : null;
        return new Effect<MethodArguments, object?>(
            tool, marked.Kind, MethodOptions.Of(where, typeof(T), method, parameters, plan, marked), (arguments, context) => ResultAsync(method, context.Target, Values(method, arguments, context)),
            ask is null ? null : (arguments, context) => (Task<Reconciled<object?>>)Invoke(ask, context.Target, Values(ask, arguments, context))!,
            target: method.IsStatic && ask is not { IsStatic: false } ? null : Target<T>);
    }

    static MethodInfo AskingOf(string where, string name, MethodInfo method, Type type)
    {
        var ask = type.GetMethod(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static, [.. method.GetParameters().Select(static p => p.ParameterType)]);
        return ask is not null && typeof(Task<Reconciled<object>>).IsAssignableFrom(ask.ReturnType) ? ask
            : throw new ArgumentException($"{where} is to be asked about by '{name}', and there is no public method of that name with the same parameters that returns Task<Reconciled<object>>.");
    }

    static bool IsGiven(ParameterInfo parameter) => parameter.ParameterType == typeof(EffectContext) || parameter.ParameterType == typeof(CancellationToken);

    /// <exception cref="ToolFailedException">It is not registered.</exception>
    static object Target<T>(IServiceProvider services) where T : class =>
        services.GetService<T>() ?? throw new ToolFailedException($"{typeof(T).Name} is not registered: services.AddSingleton<{typeof(T).Name}>()");

    static object?[] Values(MethodInfo method, MethodArguments arguments, EffectContext context)
    {
        var next = 0;
        return [.. method.GetParameters().Select(p => p.ParameterType == typeof(EffectContext) ? context : p.ParameterType == typeof(CancellationToken) ? context.CancellationToken : arguments.Values[next++])];
    }

    static async Task<object?> ResultAsync(MethodInfo method, object? target, object?[] values)
    {
        var returned = Invoke(method, target, values);
        if (returned is not null && returned.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ValueTask<>)) returned = type.GetMethod("AsTask")!.Invoke(returned, null);
        if (returned is ValueTask plain) returned = plain.AsTask();
        if (returned is not Task task) return returned;
        await task.ConfigureAwait(false);
        return method.ReturnType.IsGenericType ? task.GetType().GetProperty("Result")!.GetValue(task) : null;
    }

    /// <summary>What the model is shown of what a method returns.</summary>
    static Type ResultOf(Type returned) =>
        returned == typeof(Task) || returned == typeof(ValueTask) ? typeof(void)
        : returned.IsGenericType && returned.GetGenericTypeDefinition() is var type && (type == typeof(Task<>) || type == typeof(ValueTask<>)) ? returned.GetGenericArguments()[0]
        : returned;

    static object? Invoke(MethodInfo method, object? target, object?[] values) => method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, values, CultureInfo.InvariantCulture);

    static string NameOf(MethodInfo method) =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(method.Name.EndsWith("Async", StringComparison.Ordinal) ? method.Name[..^"Async".Length] : method.Name);
}
