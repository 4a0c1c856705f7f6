using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>How sure a witness is.</summary>
internal enum ClaimState : byte
{
    /// <summary>It says nothing of the flow.</summary>
    None = 0,

    /// <summary>It names one, and nothing it could have missed would change that.</summary>
    Certain,

    /// <summary>It names somebody, but may have missed something, or its clock is in doubt.</summary>
    Doubtful,

    /// <summary>It names several.</summary>
    Several,
}

/// <summary>
/// What one witness says of a flow: the line's end for an outside flow, the public end for an inside flow. Port 0 where
/// it does not know the port.
/// </summary>
internal struct WitnessClaim
{
    public ClaimState State;
    public Witnesses Witness;
    public Ip Address;
    public ushort Port;
    public ushort Realm;

    /// <summary>Adds one more that is named; a second, different one makes it several.</summary>
    public void Add(in Ip address, ushort port, ushort realm, bool isCertain)
    {
        if (State == ClaimState.None)
        {
            (Address, Port, Realm) = (address, port, realm);
            State = isCertain ? ClaimState.Certain : ClaimState.Doubtful;
            return;
        }

        bool isSame = Address == address && Realm == realm && (Port == port || Port == 0 || port == 0);
        Port = Port == 0 && isSame ? port : Port;
        State = !isSame ? ClaimState.Several : isCertain && State == ClaimState.Doubtful ? ClaimState.Certain : State;
    }

    /// <summary>True where both name the same end, as far as both know it.</summary>
    public readonly bool Agrees(in Ip address, ushort port) =>
        Address == address && (Port == 0 || port == 0 || Port == port);
}
