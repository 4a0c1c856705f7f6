namespace Appliance.Supervisor.Link;

/// <summary>What a message is. Numbers 0x10 to 0x3F come from the supervisor, 0x40 to 0x7F from the host.</summary>
public static class LinkKind
{
    /// <summary>Who speaks, and which versions; its layout is the same in every version. Both ways.</summary>
    public const int Hello = 0x01;

    /// <summary>A reliable message has arrived. Both ways.</summary>
    public const int Acknowledgement = 0x02;

    /// <summary>Bytes of the receiver, as they came.</summary>
    public const int GnssBytes = 0x10;

    /// <summary>State of the oscillator and its loop, once a second.</summary>
    public const int Oscillator = 0x11;

    /// <summary>Supply, temperature, fan and counters, every five seconds.</summary>
    public const int Health = 0x12;

    /// <summary>An alarm was raised or went. Reliable.</summary>
    public const int Alarm = 0x13;

    /// <summary>Power of the host will be cut, or was. Reliable.</summary>
    public const int PowerNotice = 0x14;

    /// <summary>What the battery-backed clock says.</summary>
    public const int Rtc = 0x15;

    /// <summary>How far an update is. Reliable.</summary>
    public const int UpdateStatus = 0x16;

    /// <summary>The host lives; feeds its watchdog.</summary>
    public const int Heartbeat = 0x40;

    /// <summary>Arms or disarms the watchdog of the host. Reliable.</summary>
    public const int Watchdog = 0x41;

    /// <summary>A page of text for the front panel; the last one counts.</summary>
    public const int PanelText = 0x42;

    /// <summary>Sets the battery-backed clock. Reliable.</summary>
    public const int SetTime = 0x43;

    /// <summary>The host has recorded an alarm durably. Reliable.</summary>
    public const int AlarmRecorded = 0x44;

    /// <summary>The signed head of an update. Reliable.</summary>
    public const int UpdateBegin = 0x45;

    /// <summary>Bytes of the image. Reliable.</summary>
    public const int UpdateBlock = 0x46;

    /// <summary>Finishes, abandons or confirms an update. Reliable.</summary>
    public const int UpdateCommand = 0x47;

    /// <summary>The host asks to be switched off or off and on. Reliable.</summary>
    public const int PowerRequest = 0x48;

    /// <summary>Bytes for the receiver.</summary>
    public const int ReceiverBytes = 0x49;

    /// <summary>Opens the tamper latches after service. Reliable.</summary>
    public const int ClearTamper = 0x4A;

    /// <summary>The key that signs updates, taken once. Reliable.</summary>
    public const int ProvisionKey = 0x4B;

    /// <summary>Asks for hello, clock, health, open alarms or update status.</summary>
    public const int Ask = 0x4C;

    /// <summary>The host has evicted its keys because of an alarm. Reliable.</summary>
    public const int KeysEvicted = 0x4D;

    /// <summary>True for a kind that is sent again until it is acknowledged.</summary>
    public static bool IsReliable(int kind)
    {
        switch (kind)
        {
            case Alarm:
            case PowerNotice:
            case UpdateStatus:
            case Watchdog:
            case SetTime:
            case AlarmRecorded:
            case UpdateBegin:
            case UpdateBlock:
            case UpdateCommand:
            case PowerRequest:
            case ClearTamper:
            case ProvisionKey:
            case KeysEvicted:
                return true;
            default:
                return false;
        }
    }

    /// <summary>
    /// True where a side with this role may receive the kind; an echo of its own words is none of it.
    /// </summary>
    public static bool IsFor(int role, int kind)
    {
        if (kind < GnssBytes)
        {
            return kind == Hello || kind == Acknowledgement;
        }

        return role == LinkRole.Host ? kind < Heartbeat : kind >= Heartbeat && kind < 0x80;
    }
}
