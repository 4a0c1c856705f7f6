using Appliance.Retention.Log;
using Appliance.Retention.Requests;

namespace Appliance.Retention.Warden;

/// <summary>
/// A warden as the store sees it: over its socket, or in the same process where custody is not split. A refusal is an
/// exception with the rule: nothing of a question can go on without its warden.
/// </summary>
internal interface IWarden : IWitness
{
    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    ReleasePromise Promise(ReleaseAsk ask);

    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    ReleasedKeys Release(ReleaseClaim claim);

    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    TokenAnswer Tokens(TokenAsk ask);

    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    HoldMade MakeHold(HoldAsk ask);

    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    ReleasePromise OpenHold(HoldOpenAsk ask);
}

/// <summary>The warden says no, or nothing.</summary>
/// <param name="refusal">Why nothing is opened.</param>
/// <param name="isAnswer">False where it could not be reached, or what it said cannot be read.</param>
internal sealed class WardenException(OrderRefusal refusal, bool isAnswer = true) : Exception(refusal.Sentence)
{
    public OrderRefusal Refusal { get; } = refusal;

    public bool IsAnswer { get; } = isAnswer;
}
