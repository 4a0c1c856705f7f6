using Appliance.Supervisor.Link;

namespace Appliance.Supervisor;

/// <summary>
/// Takes the host's messages and tells the parts. A payload that is not right is dropped; acknowledging it is right
/// all the same, because it would not get better by coming again.
/// </summary>
internal sealed class MessageRoom : ILinkHandler
{
    private readonly WatchdogMessage watchdog = new WatchdogMessage();
    private readonly HeartbeatMessage heartbeat = new HeartbeatMessage();
    private readonly PanelTextMessage panel = new PanelTextMessage();
    private readonly SetTimeMessage time = new SetTimeMessage();
    private readonly AlarmRecordedMessage recorded = new AlarmRecordedMessage();
    private readonly UpdateBlockMessage block = new UpdateBlockMessage();
    private readonly UpdateCommandMessage command = new UpdateCommandMessage();
    private readonly PowerRequestMessage power = new PowerRequestMessage();
    private readonly ReceiverBytesMessage receiver = new ReceiverBytesMessage();
    private readonly ClearTamperMessage tamper = new ClearTamperMessage();
    private readonly ProvisionKeyMessage key = new ProvisionKeyMessage();
    private readonly AskMessage ask = new AskMessage();

    /// <summary>The parts; set once they are wired.</summary>
    public SupervisorLoop Loop { get; set; }

    public bool Take(int kind, byte[] payload, int length)
    {
        switch (kind)
        {
            case LinkKind.Hello:
                Loop.Answer(1 + 2 + 16);
                return true;
            case LinkKind.Ask:
                Loop.Answer(ask.Read(payload, length) ? ask.What : 0);
                return true;
            case LinkKind.Heartbeat:
                if (heartbeat.Read(payload, length))
                {
                    Loop.Host.Heartbeat();
                }

                return true;
            case LinkKind.Watchdog:
                if (watchdog.Read(payload, length))
                {
                    Loop.Host.Arm(watchdog.Arm == 1, watchdog.TimeoutSeconds);
                }

                return true;
            case LinkKind.PowerRequest:
                if (power.Read(payload, length))
                {
                    Loop.Host.Request(power.Action, power.AfterSeconds);
                }

                return true;
            case LinkKind.SetTime:
                return !time.Read(payload, length) || Loop.SetTime(time);
            default:
                return TakeMore(kind, payload, length);
        }
    }

    private bool TakeMore(int kind, byte[] payload, int length)
    {
        switch (kind)
        {
            case LinkKind.AlarmRecorded:
                if (recorded.Read(payload, length))
                {
                    Loop.Alarms.Recorded(recorded.Number);
                }

                return true;
            case LinkKind.ClearTamper:
                if (tamper.Read(payload, length))
                {
                    Loop.Tamper.Clear(tamper.LastNumber);
                }

                return true;
            case LinkKind.PanelText:
                if (panel.Read(payload, length))
                {
                    Loop.Panel.Take(panel);
                }

                return true;
            case LinkKind.ReceiverBytes:
                if (receiver.Read(payload, length))
                {
                    Loop.Gnss.Forward(receiver.Data, receiver.Count);
                }

                return true;
            default:
                return TakeUpdate(kind, payload, length);
        }
    }

    private bool TakeUpdate(int kind, byte[] payload, int length)
    {
        switch (kind)
        {
            case LinkKind.UpdateBegin:
                Loop.Update.Begin(payload, length);
                return true;
            case LinkKind.UpdateBlock:
                return !block.Read(payload, length) || Loop.Update.Block(block);
            case LinkKind.UpdateCommand:
                if (command.Read(payload, length))
                {
                    Loop.Update.Command(command.Action);
                }

                return true;
            case LinkKind.ProvisionKey:
                if (key.Read(payload, length))
                {
                    Loop.Update.Provision(key.PublicKey);
                }

                return true;
            default:
                return true;
        }
    }
}
