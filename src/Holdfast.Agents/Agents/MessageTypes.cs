using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Holdfast.Agents.Records;

namespace Holdfast.Agents.Running;

/// <summary>The types of messages that a class of agents takes itself, by their names.</summary>
sealed class MessageTypes
{
    static readonly ConcurrentDictionary<Type, MessageTypes> Known = [];

    readonly Dictionary<string, Receiver> _receivers = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A type has no JSON form, or two have one name.</exception>
    MessageTypes(Type agent)
    {
        foreach (var type in agent.GetInterfaces().Where(static i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IReceives<>)).Select(static i => i.GetGenericArguments()[0]))
            if (!_receivers.TryAdd(NameOf(type), new(Planner.Of(type), Caller(type)))) throw new ArgumentException($"{agent.Name} receives two types of messages that are both called '{NameOf(type)}'; nobody could tell them apart.");
    }

    public static MessageTypes Of(Type agent) => Known.GetOrAdd(agent, static type => new(type));

    public bool Takes(string type) => _receivers.ContainsKey(type);

    public static string NameOf(Type type) => JsonNamingPolicy.SnakeCaseLower.ConvertName(type.Name);

    /// <summary>Gives a message to the agent itself, which takes its type.</summary>
    /// <returns>Whether the model is to see it; or why the agent does not take it.</returns>
    public (bool ForModel, string? Problem) Give(Agent agent, string type, string json)
    {
        var receiver = _receivers[type];
        if (!RecordText.TryRead(receiver.Plan, Encoding.UTF8.GetBytes(json), "message", out var message, out var problem)) return (false, problem);
        try
        {
            return (agent.Changed(() => receiver.Call(agent, message)), null);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            return (false, $"The agent threw {error.GetType().Name}{(error is HoldfastException { Error: var kind } ? $" ({kind})" : "")}. Its state is as it was before the message.");
        }
    }

    static Func<Agent, object, bool> Caller(Type type) =>
        typeof(MessageTypes).GetMethod(nameof(Call), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).CreateDelegate<Func<Agent, object, bool>>();

    static bool Call<TMessage>(Agent agent, object message) where TMessage : notnull => ((IReceives<TMessage>)agent).OnMessage((TMessage)message);

    sealed record Receiver(TypePlan Plan, Func<Agent, object, bool> Call);
}
