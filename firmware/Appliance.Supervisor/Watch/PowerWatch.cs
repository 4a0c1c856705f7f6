using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Watch;

/// <summary>
/// The input supply: when it goes, the host's line falls within two turns, and the host closes its open batch while the
/// capacitors last. When it is back for a second, the line rises.
/// </summary>
internal sealed class PowerWatch
{
    private const int BackMs = 1000;
    private readonly IBoard board;
    private readonly Alarms alarms;
    private readonly Sensors sensors;
    private bool before;
    private long goodSinceMs;

    public PowerWatch(IBoard board, Alarms alarms, Sensors sensors)
    {
        this.board = board;
        this.alarms = alarms;
        this.sensors = sensors;
        board.WritePin(BoardPins.HostPowerFail, true);
    }

    public bool IsFailing { get; private set; }

    public void Poll()
    {
        bool fails = !board.ReadPin(BoardPins.PowerFail);
        if (fails)
        {
            goodSinceMs = board.NowMs;
        }

        if (fails && before && !IsFailing)
        {
            IsFailing = true;
            board.WritePin(BoardPins.HostPowerFail, false);
            alarms.Set(AlarmKind.PowerFailing, true, 0, sensors.SupplyMillivolts);
        }
        else if (IsFailing && board.NowMs - goodSinceMs >= BackMs)
        {
            IsFailing = false;
            board.WritePin(BoardPins.HostPowerFail, true);
            alarms.Set(AlarmKind.PowerFailing, false, 0, sensors.SupplyMillivolts);
        }

        before = fails;
    }
}
