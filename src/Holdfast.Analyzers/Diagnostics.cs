using Microsoft.CodeAnalysis;

namespace Holdfast.Analyzers;

/// <summary>Every rule, in one place so that texts and help links stay alike.</summary>
static class Diagnostics
{
    public const string NotDurableCode = "HOLD001";
    public const string NotSavableCode = "HOLD002";
    public const string StepAssignsCode = "HOLD003";
    public const string StepCapturesCode = "HOLD004";
    public const string BlocksCode = "HOLD005";
    public const string SideEffectCode = "HOLD006";
    public const string StaticStateCode = "HOLD007";
    public const string RunShapeCode = "HOLD008";
    public const string StartsAnewCode = "HOLD009";
    public const string FieldNotSavableCode = "HOLD010";
    public const string OutsideTurnCode = "HOLD011";
    public const string WorkflowNameCode = "HOLD012";
    public const string StepChangesCode = "HOLD013";
    public const string StepReturnsCode = "HOLD014";
    public const string AssignedLateCode = "HOLD015";
    public const string MemberShapeCode = "HOLD016";

    /// <summary>Marks a report on a query, which a list can take the place of.</summary>
    public const string IsQuery = "IsQuery";

    const string Category = "Durability";

    public static readonly DiagnosticDescriptor NotDurable = new(
        NotDurableCode,
        "A durable method awaits something that is not durable",
        "'{0}' is not durable, but {1} awaits it: the run could not be saved while it waits. {2}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "A durable method is saved at each await, and only what Holdfast itself waits for can be waited for again after a restart.",
        helpLinkUri: HelpPage.LinkTo(NotDurableCode));

    public static readonly DiagnosticDescriptor NotSavable = new(
        NotSavableCode,
        "A value that cannot be saved is alive across an await",
        "{0} ({1}) {2}, so it would have to be saved there, and it cannot be. {3}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "The locals of a durable method are saved at each await, if they are read again later. Streams, connections, tasks and the like live in one process only.",
        helpLinkUri: HelpPage.LinkTo(NotSavableCode));

    public static readonly DiagnosticDescriptor StepAssigns = new(
        StepAssignsCode,
        "A step assigns a variable that lives outside it",
        "The step assigns {0}, which lives outside it. A step works on its own copy, so the assignment would be lost. {1}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "What a step captures is saved with it and read back for each attempt; only its result comes back.",
        helpLinkUri: HelpPage.LinkTo(StepAssignsCode));

    public static readonly DiagnosticDescriptor StepCaptures = new(
        StepCapturesCode,
        "A step captures what cannot be saved",
        "{0} ({1}) {2}, so it would have to be saved with the step, and it cannot be. {3}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "What a step's lambda captures is saved before the step starts, and read back for each attempt.",
        helpLinkUri: HelpPage.LinkTo(StepCapturesCode));

    public static readonly DiagnosticDescriptor Blocks = new(
        BlocksCode,
        "A durable method blocks its thread",
        "'{0}' blocks the thread of {1} while it waits for something that is not saved: the turn hangs, and after a restart the wait begins anew. {2}.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: "A turn computes and ends at the next await. What has to be waited for is awaited, or belongs into a step.",
        helpLinkUri: HelpPage.LinkTo(BlocksCode));

    public static readonly DiagnosticDescriptor SideEffect = new(
        SideEffectCode,
        "A side effect outside a step",
        "'{0}' {1}, but {2} does it outside a step: after a crash {3} runs again, and does it again. {4}.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: "Only the result of a step is kept. What the code between two awaits does to the world is done again whenever that code is.",
        helpLinkUri: HelpPage.LinkTo(SideEffectCode));

    public static readonly DiagnosticDescriptor StaticState = new(
        StaticStateCode,
        "A workflow uses static state that changes",
        "{0} is static and changes, and {1} {2} it: it is not part of the run, so after a restart or in another process it holds something else. {3}.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: "A run is saved with its locals and the fields of its workflow. Static state belongs to the process, and all runs share it.",
        helpLinkUri: HelpPage.LinkTo(StaticStateCode));

    public static readonly DiagnosticDescriptor RunShape = new(
        RunShapeCode,
        "A workflow's Run does not have the shape that is needed",
        "{0}. A workflow has exactly one public method Run, of no or one parameter, that returns Durable or Durable<T>. {1}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "The engine calls Run by its name when a run starts; a workflow without it cannot be registered.",
        helpLinkUri: HelpPage.LinkTo(RunShapeCode));

    public static readonly DiagnosticDescriptor StartsAnew = new(
        StartsAnewCode,
        "A read-only field of a workflow starts anew after a restart",
        "The read-only {0} '{1}' ({2}) cannot be saved. After a restart it holds what the constructor gives it, and what the run did with it is lost. {3}.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: "The fields of a workflow are saved with the run. A read-only one whose value cannot be saved keeps the value that the constructor made, without a word.",
        helpLinkUri: HelpPage.LinkTo(StartsAnewCode));

    public static readonly DiagnosticDescriptor FieldNotSavable = new(
        FieldNotSavableCode,
        "A field of a workflow cannot be saved",
        "The {0} '{1}' ({2}) is part of the run's state and cannot be saved: a run that waits while it is set is parked. {3}.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: "The fields of a workflow are saved at each await of its run. What the constructor was given is injected again; everything else must be data.",
        helpLinkUri: HelpPage.LinkTo(FieldNotSavableCode));

    public static readonly DiagnosticDescriptor OutsideTurn = new(
        OutsideTurnCode,
        "A durable is used where no turn of a run can wait for it",
        "'{0}' works in the turns of a run only, but {1}. {2}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "A step's code runs outside of the run that started it, and a method that returns a Task cannot be saved while it waits.",
        helpLinkUri: HelpPage.LinkTo(OutsideTurnCode));

    public static readonly DiagnosticDescriptor WorkflowName = new(
        WorkflowNameCode,
        "A workflow's name or version cannot be registered",
        "The workflow '{0}' has {1}, so it cannot be registered. {2}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "Runs carry the name and version of their workflow, and are found by them for as long as they live.",
        helpLinkUri: HelpPage.LinkTo(WorkflowNameCode));

    public static readonly DiagnosticDescriptor StepChanges = new(
        StepChangesCode,
        "A step changes an object that lives outside it",
        "{0} changes {1}, which lives outside it. A step works on its own copy, so the change is lost. {2}.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: "What a step captures is saved with it and read back for each attempt, the objects that it leads to as well; only its result comes back.",
        helpLinkUri: HelpPage.LinkTo(StepChangesCode));

    public static readonly DiagnosticDescriptor StepReturns = new(
        StepReturnsCode,
        "A step returns what cannot be saved",
        "'{0}' returns {1}, which has to be saved with the run and cannot be: the step is done, and fails then. {2}.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: "The result of a step is saved as soon as it is there, whether the run keeps it or not.",
        helpLinkUri: HelpPage.LinkTo(StepReturnsCode));

    public static readonly DiagnosticDescriptor AssignedLate = new(
        AssignedLateCode,
        "A captured variable is assigned before its step is awaited",
        "'{0}' is assigned before '{1}' on line {2} is awaited, which captured it: the step works with the value from when it was created. Assign it after the await, or use a variable of its own.",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: "What a step captures is saved when the step is created, so that every attempt sees the same; a later assignment does not reach it.",
        helpLinkUri: HelpPage.LinkTo(AssignedLateCode));

    public static readonly DiagnosticDescriptor MemberShape = new(
        MemberShapeCode,
        "A query or an update cannot be called",
        "The {0} '{1}' {2}, so the workflow cannot be registered. {3}.",
        Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "Queries and updates are called in one go between two turns of a run, with arguments and an answer that cross the border as JSON.",
        helpLinkUri: HelpPage.LinkTo(MemberShapeCode));
}
