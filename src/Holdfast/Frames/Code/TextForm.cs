namespace Holdfast.Frames.Code;

/// <summary>
/// How much the text of code says. Each says what the one before it says, and more: builds that saw less of a difference wrote the earlier ones, and
/// what they saved goes on. Code is written again as they wrote it; taking words out of a finished text would take them out of a person's own texts too.
/// </summary>
enum TextForm
{
    /// <summary>Names of elements and of parts are left out.</summary>
    Plain,

    /// <summary>With the names of tuple elements in hoisted variables.</summary>
    Tuples,

    /// <summary>With the names of what an object is taken apart into.</summary>
    Parts,

    /// <summary>With the names of whatever a virtual method may take an object apart into, and the numbers of enums whose variables are counted with in plain sight.</summary>
    Counted,

    /// <summary>With the numbers of enums that are counted with through an address, and of those that code has as numbers.</summary>
    Numbered,

    /// <summary>With the numbers of enums whose members code asks the framework for, or has it compare.</summary>
    Asked,

    /// <summary>With the numbers of enums that code takes out of an object, reads as bytes, writes as digits, or has the framework sort. This is what this build writes.</summary>
    Now,
}
