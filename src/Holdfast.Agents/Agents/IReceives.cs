namespace Holdfast.Agents;

/// <summary>
/// An agent that takes messages of a type itself, such as to change its state. Its class may be several of these. Messages are sent with <see cref="AgentMail.Of"/>; those of types that an agent does not take
/// are shown to its model, as JSON.
/// </summary>
/// <typeparam name="TMessage">A record, as the arguments of a tool may be; it is checked as they are before it comes here.</typeparam>
public interface IReceives<in TMessage> where TMessage : notnull
{
    /// <summary>
    /// Takes a message, in a turn of the run: it may change the agent's state, and waits for nothing. What it throws refuses the message (<see cref="AgentStatus.NotTaken"/>), and so does a state that cannot be saved:
    /// <c>State</c> is then what it was before the message, and the agent goes on. Other fields of the agent's class stay as they are; keep what it knows in <c>State</c>.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <returns>Whether the model is to see it as well; if not, no model is asked.</returns>
    bool OnMessage(TMessage message);
}
