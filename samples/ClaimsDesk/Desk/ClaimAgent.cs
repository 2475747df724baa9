using Claims;
using Holdfast;
using Holdfast.Agents;

namespace ClaimsDesk;

/// <summary>What an agent knows besides its conversation. One question each: there is nothing to remember from one to the next.</summary>
sealed class ClaimNotes;

/// <summary>Handles one claim. Kill the process on any line: it goes on from there.</summary>
sealed class ClaimAgent(ClaimAgentDefinition definition) : Agent<ClaimNotes>(definition)
{
    public static AgentStart StartFor(Claim claim) => new()
    {
        Question = $"Handle claim {claim.Row}: read it, assess it, pay what is due, and tell the operator of the aircraft.",
        Budget = DeskBudget.OfAgent(claim),
        Account = DeskBudget.AccountOf(claim),
        // From here the rules know whose agent it is. The model is not asked.
        Principal = ClaimFacts.Principal(claim.Row),
    };
}

sealed class ClaimAgentDefinition : AgentDefinition
{
    public ClaimAgentDefinition(ModelChain models, Toolbox toolbox, TimeSpan approvalTime) : base("You handle claims of aircraft operators after strikes of wildlife.", models, toolbox)
    {
        ApprovalTime = approvalTime;
        LookTime = TimeSpan.FromSeconds(2);
        ModelOptions = new() { OutputTokensMax = 500 };
        ModelRetry = RetryPolicy.Default with { FirstDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromSeconds(1), MaxAttempts = 20 };
    }
}

/// <summary>Opens the accounts that the agents draw on.</summary>
sealed class DeskOpening : Workflow
{
    public async Durable<bool> Run(DeskBudget budget)
    {
        await Carry.OpenAccount(DeskBudget.Desk, new() { Money = budget.DeskDollars });
        await Carry.OpenAccount(DeskBudget.Large, new() { Money = budget.LargeDollars }, DeskBudget.Desk);
        return true;
    }
}
