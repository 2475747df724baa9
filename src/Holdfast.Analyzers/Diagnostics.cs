using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers;

/// <summary>Every rule, in one place so that texts and help links stay alike.</summary>
static class Diagnostics
{
    /// <summary>The page that explains every code; each code is an anchor in it, in lower case.</summary>
    public const string HelpPage = "docs/errors.md";

    const string Category = "Durability";

    public static readonly DiagnosticDescriptor NotDurable = new(
        "HOLD001",
        "A durable method awaits something that is not durable",
        "'{0}' is not durable, but {1} awaits it: the run could not be saved while it waits. {2}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "A durable method is saved at each await, and only what Holdfast itself waits for can be waited for again after a restart.",
        helpLinkUri: HelpPage + "#hold001");

    public static readonly DiagnosticDescriptor NotSavable = new(
        "HOLD002",
        "A value that cannot be saved is alive across an await",
        "{0} ({1}) {2}, so it would have to be saved there, and it cannot be. {3}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "The locals of a durable method are saved at each await, if they are read again later. Streams, connections, tasks and the like live in one process only.",
        helpLinkUri: HelpPage + "#hold002");

    public static readonly DiagnosticDescriptor StepAssigns = new(
        "HOLD003",
        "A step assigns a variable that lives outside it",
        "The step assigns {0}, which lives outside it. A step works on its own copy, so the assignment would be lost. Return the value from the step instead: {1}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "What a step captures is saved with it and read back for each attempt; only its result comes back.",
        helpLinkUri: HelpPage + "#hold003");
}
